// The lab's packet filter as text, derived from the active faults: applying and undoing a network fault is the same act.
import { findNode, type ActiveFault, type Manifest } from '../manifest';

export function tableName(lab: string): string {
  return `pulumi_kingbase_lab_${lab.replaceAll('-', '_')}`;
}

/** Cut off from everybody, this machine included. */
export function isIsolated(manifest: Manifest, node: string): boolean {
  return manifest.faults.some(
    (fault) => fault.name === 'partition' && fault.node === node && fault.options['from'] === undefined,
  );
}

export function networkRules(manifest: Manifest): string {
  const table = tableName(manifest.name);
  const { bridge } = manifest;
  const dropGateway = manifest.faults.some((fault) => fault.name === 'drop-gateway');
  const cut = manifest.faults.flatMap((fault) => partitionRules(manifest, fault));
  const lines = [
    // Declared before it is deleted: then it does not matter whether it was there.
    `table bridge ${table} {}`,
    `delete table bridge ${table}`,
    `table inet ${table} {}`,
    `delete table inet ${table}`,
    `table bridge ${table} {`,
    ...chain(
      'forward',
      cut.map((rule) => rule.forward),
    ),
    ...chain(
      'input',
      cut.map((rule) => rule.input),
    ),
    ...chain(
      'output',
      cut.map((rule) => rule.output),
    ),
    '}',
    `table inet ${table} {`,
    // A lab has no way out, also where this machine forwards packets.
    ...chain('forward', [
      `iifname "${bridge}" oifname != "${bridge}" drop`,
      `iifname != "${bridge}" oifname "${bridge}" drop`,
    ]),
    ...chain(
      'input',
      dropGateway
        ? [manifest.gateway, ...(manifest.moreGateways ?? [])].map(
            (address) => `iifname "${bridge}" ip daddr ${address} icmp type echo-request drop`,
          )
        : [],
    ),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

interface Cut {
  readonly forward?: string;
  readonly input?: string;
  readonly output?: string;
}

/** A partition is silent, as a broken switch is: the cable keeps its carrier, packets vanish. `way` out: what the node sends; in: what it is sent. */
function partitionRules(manifest: Manifest, fault: ActiveFault): readonly Cut[] {
  if (fault.name !== 'partition' || fault.node === undefined) return [];
  const { veth } = findNode(manifest, fault.node);
  const { from, way } = fault.options;
  const others = from?.split(',').map((name) => findNode(manifest, name).veth);
  const [toOthers, fromOthers] =
    others === undefined
      ? ['', '']
      : [` oifname { ${others.map(quoted).join(', ')} }`, `iifname { ${others.map(quoted).join(', ')} } `];
  const sent: Cut = {
    forward: `iifname "${veth}"${toOthers} drop`,
    ...(others === undefined ? { input: `iifname "${veth}" drop` } : {}),
  };
  const received: Cut = {
    forward: `${fromOthers}oifname "${veth}" drop`,
    ...(others === undefined ? { output: `oifname "${veth}" drop` } : {}),
  };
  return [...(way === 'in' ? [] : [sent]), ...(way === 'out' ? [] : [received])];
}

const quoted = (name: string): string => `"${name}"`;

function chain(hook: 'forward' | 'input' | 'output', rules: readonly (string | undefined)[]): readonly string[] {
  const body = rules.filter((rule) => rule !== undefined).map((rule) => `    ${rule}`);
  return [`  chain ${hook} {`, `    type filter hook ${hook} priority 0; policy accept;`, ...body, '  }'];
}
