/** Blocks of ours inside files of others: the lines between `# BEGIN <marker>` and `# END <marker>`. */

export function extractBlock(text: string, marker: string): string | undefined {
  const span = locate(text.split('\n'), marker);
  return span === undefined
    ? undefined
    : text
        .split('\n')
        .slice(span.begin + 1, span.end)
        .map((line) => `${line}\n`)
        .join('');
}

/** Puts the block in the place of the old one, or at the end of the file. */
export function replaceBlock(text: string, marker: string, inside: string): string {
  const lines = text.split('\n');
  const block = [`# BEGIN ${marker}`, ...inside.replace(/\n$/, '').split('\n'), `# END ${marker}`];
  const span = locate(lines, marker);
  if (span !== undefined) {
    return [...lines.slice(0, span.begin), ...block, ...lines.slice(span.end + 1)].join('\n');
  }
  const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${head}${block.join('\n')}\n`;
}

export function removeBlock(text: string, marker: string): string {
  const lines = text.split('\n');
  const span = locate(lines, marker);
  return span === undefined ? text : [...lines.slice(0, span.begin), ...lines.slice(span.end + 1)].join('\n');
}

/** A begin without an end was cut by hand: the block then reaches to the last line that could be ours, the begin itself. */
function locate(lines: readonly string[], marker: string): { begin: number; end: number } | undefined {
  const begin = lines.indexOf(`# BEGIN ${marker}`);
  if (begin === -1) {
    return undefined;
  }
  const end = lines.indexOf(`# END ${marker}`, begin);
  return { begin, end: end === -1 ? begin : end };
}
