/** sys_hba.conf → its rules in order. */
export interface HbaRule {
  readonly type: string;
  readonly database: string;
  readonly user: string;
  /** undefined for `local`. */
  readonly address: string | undefined;
  readonly method: string;
  readonly options: readonly string[];
}

export function parseHba(text: string): HbaRule[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.match(/"[^"]*"|#.*$|[^\s"#]+/g)?.filter((field) => !field.startsWith('#')) ?? [];
    const [type, database, user, ...rest] = fields.map((field) => field.replace(/^"(.*)"$/, '$1'));
    if (type === undefined || database === undefined || user === undefined) {
      return [];
    }
    const address = type === 'local' ? undefined : hostAddress(rest);
    const [method = '', ...options] = rest;
    return [{ type, database, user, address, method, options }];
  });
}

/** Takes the address, also in the form of address and mask, from the front of the fields. */
function hostAddress(rest: string[]): string {
  const address = rest.shift() ?? '';
  const isMask = /^\d+\.\d+\.\d+\.\d+$/.test(rest[0] ?? '') && !address.includes('/');
  return isMask ? `${address}/${maskLength(rest.shift() as string)}` : address;
}

function maskLength(mask: string): number {
  const bits = mask.split('.').map((byte) => Number(byte).toString(2).padStart(8, '0'));
  return bits.join('').replace(/0+$/, '').length;
}
