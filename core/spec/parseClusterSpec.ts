// unknown -> ClusterSpec, or every finding at once: shape first, then each rule over what has a usable shape.
import type { Finding } from '../finding';
import { formatPath, isAtOrBelow } from '../text/configPath';
import { fillDefaults } from './fillDefaults';
import { rules } from './rules';
import type { Given } from './rules/rule';
import type { ClusterSpec } from './types';
import { validateShape } from './validateShape';

export type ParseResult =
  { readonly ok: true; readonly spec: ClusterSpec } | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * `input` is the object under stack config `kingbase:cluster`, after a node source has filled in hosts and keys.
 * `fallbackName` names the cluster where the object does not (the name of the Pulumi resource).
 */
export function parseClusterSpec(input: unknown, fallbackName?: string): ParseResult {
  const plain = toPlainData(input);
  if (!plain.ok) return { ok: false, findings: [plain.finding] };
  const controls = findControlCharacters(plain.value, []);
  const shape = validateShape(plain.value);
  const wrong: Finding[] = [...shape.findings, ...controls];
  if (fallbackName === undefined && plain.value.name === undefined) wrong.push(NAMELESS);

  for (const path of shape.bad) remove(plain.value, path);
  const spec = fillDefaults(plain.value, fallbackName ?? '');
  const broken = rules
    .flatMap((rule) => rule(spec, plain.value as Given))
    // What follows from a value that is wrong already would only distract.
    .filter((finding) => !wrong.some((cause) => isAtOrBelow(finding.path ?? '', cause.path ?? '')));
  const findings = [...wrong, ...broken];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, spec };
}

export const NAMELESS: Finding = {
  code: 'spec/missing',
  path: 'name',
  message: 'is missing',
  hint: 'name the cluster: directories, the firewall zone and resources are called after it.',
};

export type Plain = { ok: true; value: Record<string, unknown> } | { ok: false; finding: Finding };

// A copy of our own: the caller's object is not changed, and only what JSON can say gets past here.
export function toPlainData(input: unknown, hint: string = WRITE_CLUSTER): Plain {
  let value: unknown;
  try {
    value = input === undefined ? undefined : JSON.parse(JSON.stringify(input) ?? 'null');
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return notAnObject(`cannot be read as plain data (${reason})`, hint);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return notAnObject(
      `expected an object, found ${value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)}`,
      hint,
    );
  }
  return { ok: true, value: value as Record<string, unknown> };
}

const WRITE_CLUSTER =
  'set kingbase:cluster in the stack configuration to an object with at least `nodes`; see docs/reference/cluster.md.';

function notAnObject(message: string, hint: string): Plain {
  return { ok: false, finding: { code: 'spec/not-an-object', path: 'cluster', message, hint } };
}

// A line break or a NUL in a value could end a line of a configuration file early, whatever the quoting.
export function findControlCharacters(value: unknown, parts: readonly (string | number)[]): Finding[] {
  if (typeof value === 'string') {
    const at = value.trimEnd().search(/[\u0000-\u001f\u007f]/);
    if (at < 0) return [];
    const code = value.charCodeAt(at).toString(16).padStart(2, '0');
    return [
      {
        code: 'spec/control-character',
        path: formatPath(parts),
        message: `has the control character 0x${code} at position ${at + 1}`,
        hint: 'write the value on one line, without tabs or line breaks.',
      },
    ];
  }
  if (Array.isArray(value)) return value.flatMap((entry, index) => findControlCharacters(entry, [...parts, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => findControlCharacters(entry, [...parts, key]));
}

export function remove(root: unknown, path: readonly (string | number)[]): void {
  const last = path[path.length - 1];
  let holder: unknown = root;
  for (const part of path.slice(0, -1)) holder = (holder as Record<string | number, unknown> | undefined)?.[part];
  if (last === undefined || typeof holder !== 'object' || holder === null) return;
  // An entry of a list leaves a hole, so that the others keep their places and paths.
  if (Array.isArray(holder)) holder[last as number] = undefined;
  else delete (holder as Record<string, unknown>)[last];
}
