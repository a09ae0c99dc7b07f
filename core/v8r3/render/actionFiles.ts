/** The programs of recovery actions on a node of V8R3: the runner that V8R6 has too, the kinds of V8R3, and what they share. Beside the vendor's tree. */
import { renderTemplate, PROGRAM, type TemplateSet, type View } from '../../render/template';
import { Literal } from '../../render/escape';
import type { RenderedFile } from '../../render/types';
import type { V8r3NodePlan, V8r3Plan } from '../plan/types';

export const V8R3_LIBRARY = '/usr/local/lib/pulumi-v8r3';
export const V8R3_ACTION = `${V8R3_LIBRARY}/action.sh`;

const SHARED_SCRIPTS = ['daemons', 'instance', 'json', 'layout', 'node', 'operation'];
const KINDS = `${PROGRAM}v8r3/actions/`;

export function v8r3ActionFiles(plan: V8r3Plan, node: V8r3NodePlan, templates: TemplateSet): readonly RenderedFile[] {
  const place = (path: string, text: string, mode: string): RenderedFile => ({
    path: `${V8R3_LIBRARY}/${path}`,
    text,
    mode,
    owner: 'root:root',
    onChange: 'none',
  });
  const program = (path: string, name: string, mode: string): RenderedFile => {
    const text = templates[`${PROGRAM}${name}`];
    if (text === undefined) throw new Error(`there is no program ${name}`);
    return { ...place(path, text, mode), program: name };
  };
  const kinds = Object.keys(templates)
    .filter((name) => name.startsWith(KINDS))
    .sort();
  return [
    place('action.conf', renderTemplate(templates, 'v8r3/action.conf', 'shell', actionView(plan, node)), '0644'),
    program('action.sh', 'os/action.sh', '0755'),
    program('cluster-lock.sh', 'os/cluster-lock.sh', '0755'),
    program('address.sh', 'v8r3/address.sh', '0755'),
    program('automation.sh', 'v8r3/automation.sh', '0755'),
    program('v8r3.sh', 'v8r3/v8r3.sh', '0644'),
    program('chosen.sh', 'v8r3/chosen.sh', '0644'),
    ...SHARED_SCRIPTS.map((name) => program(`scripts/${name}.sh`, `scripts/${name}.sh`, '0644')),
    ...kinds.map((name) => program(`actions/${name.slice(KINDS.length)}`, name.slice(PROGRAM.length), '0644')),
  ];
}

/** No secret: the passwords that an action needs stand in HAmodule.conf. */
function actionView({ spec }: V8r3Plan, node: V8r3NodePlan): View {
  const { paths } = node;
  const values: Readonly<Record<string, string>> = {
    KB_CLUSTER: node.cluster,
    KB_NAME: node.name,
    KB_HOST: node.host,
    KB_USER: spec.os.user,
    KB_HOME: paths.home,
    KB_STATE: paths.state,
    KB_DATA: paths.data,
    KB_BIN: paths.bin,
    KB_ETC: paths.etc,
    KB_POOL_BIN: paths.poolBin,
    KB_LOG: paths.log,
    KB_PORT: String(node.ports.database),
    // What the shared functions of V8R6 read, and V8R3 has not.
    KB_PASSFILE: '',
    KB_WALDIR: '',
  };
  return {
    values: Object.entries(values).map(([name, value]) => ({ name: new Literal(name), value })),
    members: spec.nodes.map(({ name, host, id }) => ({ name, host, id })),
    pools: spec.pools.map((pool) => ({ host: spec.nodes.find(({ name }) => name === pool)?.host ?? '' })),
    sshTimeout: spec.recovery.sshTimeoutSeconds,
  };
}
