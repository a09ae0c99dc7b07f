// Paths as a user reads them (`nodes[2].host`), made from JSON pointers and parts.

export function formatPath(parts: readonly (string | number)[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(part)) path += `[${JSON.stringify(part)}]`;
    else path += path === '' ? part : `.${part}`;
  }
  return path === '' ? 'cluster' : path;
}

/** A JSON pointer as parts; a number where the value it leads to sits in a list. */
export function pointerParts(pointer: string, root: unknown): (string | number)[] {
  const parts: (string | number)[] = [];
  let value = root;
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replace(/~1/g, '/').replace(/~0/g, '~');
    parts.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return parts;
}

/** Whether `path` is `parent` or lies below it. */
export function isAtOrBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`) || parent === 'cluster';
}
