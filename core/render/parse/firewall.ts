/** Our firewalld policy, firewalld service and nftables table → who may reach what. */
export interface AllowedSource {
  readonly source: string;
  /** A port, `service:<name>` or `protocol:<name>`. */
  readonly target: string;
}

export function parseFirewalldPolicy(xml: string): AllowedSource[] {
  return [...withoutComments(xml).matchAll(/<rule\b[^>]*>([\s\S]*?)<\/rule>/g)].flatMap(([, inside = '']) => {
    const source = attribute(inside, 'source', 'address');
    const port = attribute(inside, 'port', 'port');
    const service = attribute(inside, 'service', 'name');
    const protocol = attribute(inside, 'protocol', 'value');
    const target = port ?? (service === undefined ? protocol && `protocol:${protocol}` : `service:${service}`);
    return source === undefined || target === undefined || !/<accept\b/.test(inside) ? [] : [{ source, target }];
  });
}

export function parseFirewalldService(xml: string): { readonly protocol: string; readonly port: number }[] {
  return [...withoutComments(xml).matchAll(/<port\b[^>]*>/g)].map(([tag]) => ({
    protocol: attribute(tag, 'port', 'protocol') ?? '',
    port: Number(attribute(tag, 'port', 'port')),
  }));
}

export function parseNftTable(text: string): AllowedSource[] {
  return [...text.matchAll(/^\s*ip6? saddr \{ (.*) \} (?:tcp|udp) dport (\d+) accept$/gm)].flatMap(
    ([, sources = '', port = '']) => sources.split(',').map((source) => ({ source: source.trim(), target: port })),
  );
}

function withoutComments(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function attribute(xml: string, element: string, name: string): string | undefined {
  const tag = new RegExp(`<${element}\\b([^>]*)>`).exec(xml)?.[1];
  const value = tag === undefined ? undefined : new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity] as string);
}
