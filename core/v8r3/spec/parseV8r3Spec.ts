// unknown -> V8r3Spec, or every finding at once: shape first, then each rule over what has a usable shape.
import type { Finding } from '../../finding';
import { findControlCharacters, NAMELESS, remove, toPlainData } from '../../spec/parseClusterSpec';
import { validateShape, type SchemaNode } from '../../spec/validateShape';
import { isAtOrBelow } from '../../text/configPath';
import { fillV8r3Defaults } from './fillV8r3Defaults';
import { v8r3Rules, type V8r3Given } from './rules';
import { v8r3Schema } from './schema';
import type { V8r3Spec } from './types';

export type V8r3ParseResult =
  { readonly ok: true; readonly spec: V8r3Spec } | { readonly ok: false; readonly findings: readonly Finding[] };

const HINT =
  'set kingbase:v8r3 in the stack configuration to an object with `nodes`, `virtualIps` and `trustedServers`; see docs/reference/v8r3.md.';

/** `input` is the object under stack config `kingbase:v8r3`; `fallbackName` names the cluster where the object does not. */
export function parseV8r3Spec(input: unknown, fallbackName?: string): V8r3ParseResult {
  const plain = toPlainData(input, HINT);
  if (!plain.ok) return { ok: false, findings: [{ ...plain.finding, path: 'v8r3' }] };
  const shape = validateShape(plain.value, v8r3Schema as SchemaNode);
  const wrong: Finding[] = [...shape.findings, ...findControlCharacters(plain.value, [])];
  if (fallbackName === undefined && plain.value.name === undefined) wrong.push(NAMELESS);

  for (const path of shape.bad) remove(plain.value, path);
  const spec = fillV8r3Defaults(plain.value, fallbackName ?? '');
  const broken = v8r3Rules
    .flatMap((rule) => rule(spec, plain.value as V8r3Given))
    // What follows from a value that is wrong already would only distract.
    .filter((finding) => !wrong.some((cause) => isAtOrBelow(finding.path ?? '', cause.path ?? '')));
  const findings = [...wrong, ...broken];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, spec };
}
