// What a program with this V8R3 cluster would declare, as far as policies look at it: known without an engine, a passphrase or a host.
import { connectionArgs } from '../components/host/connectionArgs';
import { toFilesArgs, toSecretFilesArgs } from '../components/host/fileArgs';
import { secretNames } from '../components/host/node';
import { loadTemplates } from '../components/templates';
import { toFileTarget } from '../components/v8r3/node';
import { KingbaseError } from '../core/finding';
import type { PolicyResource } from '../core/policy/types';
import { planV8r3 } from '../core/v8r3/plan/planV8r3';
import { renderV8r3, renderV8r3Trust } from '../core/v8r3/render/renderV8r3';
import { V8R3_ACTION_KINDS } from '../core/v8r3/action/kinds';
import { parseV8r3Spec } from '../core/v8r3/spec/parseV8r3Spec';
import type { V8r3Spec } from '../core/v8r3/spec/types';
import { recordResource, type AlsoDeclared } from './declaredResources';

const DYNAMIC = 'pulumi-nodejs:dynamic/kingbase:';
/** Nodes make their keys themselves; the rest of the line does not depend on them. */
const ANY_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

/** `passwords`: where they could be opened. Throws every finding of the configuration at once. */
export function declaredV8r3(
  input: unknown,
  stack: string | undefined,
  { passwords, actions = [] }: AlsoDeclared,
): readonly PolicyResource[] {
  const parsed = parseV8r3Spec(input, stack);
  if (!parsed.ok) throw new KingbaseError(parsed.findings);
  const { name } = parsed.spec;
  const records = actions.map((action) => recordResource(name, action, V8R3_ACTION_KINDS));
  return [...resourcesOf(parsed.spec, passwords), ...records];
}

function resourcesOf(spec: V8r3Spec, passwords: Readonly<Record<string, string>> | undefined): PolicyResource[] {
  const plan = planV8r3(spec);
  const templates = loadTemplates();
  const keys = Object.fromEntries(plan.nodes.map(({ name }) => [name, ANY_KEY]));
  const nodes = plan.nodes.flatMap((node) => {
    const rendered = renderV8r3(plan, node, templates);
    const parent = `${spec.name}-${node.name}`;
    const host = { connection: connectionArgs(spec, node.node, undefined), target: toFileTarget(node) };
    const of = (kind: string, suffix: string, props: object): PolicyResource => ({
      type: `${DYNAMIC}${kind}`,
      name: `${parent}-${suffix}`,
      parent,
      props: { ...host, ...props },
    });
    const known = secretNames(rendered.secretFiles).flatMap((name) => {
      const value = passwords?.[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const secrets = passwords === undefined ? {} : { secrets: Object.fromEntries(known) };
    return [
      of('V8r3Host', 'host', {}),
      of('Files', 'files', { files: toFilesArgs(rendered.files) }),
      of('SecretFiles', 'secrets', { files: toSecretFilesArgs(rendered.secretFiles), ...secrets }),
      of('Files', 'database', { files: toFilesArgs(rendered.databaseFiles) }),
      of('Files', 'trust', { files: toFilesArgs(renderV8r3Trust(plan, node, keys, templates)) }),
    ];
  });
  const props = { ...spec };
  return [{ type: 'kingbase:v8r3:Cluster', name: spec.name, props }, ...nodes];
}
