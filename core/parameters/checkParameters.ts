// Checks what a user wrote under database.parameters and repmgrParameters against the tables.
import type { Finding } from '../finding';
import type { KingbaseVersion } from '../spec/types';
import { formatPath } from '../text/configPath';
import { nearestName } from '../text/nearestName';
import { kingbaseElsewhere, kingbaseParameters } from './kingbase';
import { repmgrElsewhere, repmgrParameters } from './repmgr';
import { sysRmanElsewhere, sysRmanParameters } from './sysRman';
import { parseValue } from './settingValue';
import type { Parameter, ParameterTable } from './types';

export type ParameterFile = 'kingbase' | 'repmgr' | 'sysRman';

const TABLES: Readonly<Record<ParameterFile, ParameterTable>> = {
  kingbase: kingbaseParameters,
  repmgr: repmgrParameters,
  sysRman: sysRmanParameters,
};
const ELSEWHERE = { kingbase: kingbaseElsewhere, repmgr: repmgrElsewhere, sysRman: sysRmanElsewhere } as const;
const PATHS = {
  kingbase: ['database', 'parameters'],
  repmgr: ['repmgrParameters'],
  sysRman: ['backup', 'parameters'],
} as const;
const TITLES = { kingbase: 'the server', repmgr: 'repmgr.conf', sysRman: 'sys_rman.conf' } as const;

const PAGES = {
  kingbase: 'parameters-kingbase.md',
  repmgr: 'parameters-repmgr.md',
  sysRman: 'parameters-sys_rman.md',
} as const;
const FILES = ['kingbase', 'repmgr', 'sysRman'] as const;

/** Extension settings (`name.setting`) are not all known; they are taken as they are. */
const EXTENSION = /^[A-Za-z_][A-Za-z0-9_$]*\.[A-Za-z_][A-Za-z0-9_$]*$/;

export function checkParameters(
  file: ParameterFile,
  values: Readonly<Record<string, string>>,
  version: KingbaseVersion,
): Finding[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = formatPath([...PATHS[file], name]);
    const parameter = findParameter(file, name);
    if (parameter === undefined) return EXTENSION.test(name) && file === 'kingbase' ? [] : [unknown(file, name, path)];
    if (parameter.name !== name && parameter.class === 'free') {
      return [
        {
          code: 'parameter/spelling',
          path,
          message: `is spelt ${parameter.name}`,
          hint: `write ${parameter.name}, so that it cannot be given twice.`,
        },
      ];
    }
    return checkOne(parameter, value, path, version);
  });
}

function checkOne(parameter: Parameter, value: string, path: string, version: KingbaseVersion): Finding[] {
  if (!parameter.versions.includes(version)) {
    return [
      {
        code: 'parameter/version',
        path,
        message: `${parameter.name} is not known to ${version}`,
        hint: `it is known to ${parameter.versions.join(', ')}; leave it out.`,
      },
    ];
  }
  if (parameter.class !== 'free') {
    const owned = parameter.class === 'owned';
    return [
      {
        code: owned ? 'parameter/owned' : 'parameter/forbidden',
        path,
        message: `${parameter.name} ${owned ? 'is not set here' : 'is refused'}: ${parameter.reason}`,
        hint: `${owned ? 'set' : 'instead:'} ${parameter.alternative}.`.replace(/^set nothing/, 'leave it out'),
      },
    ];
  }
  const parsed = parseValue(parameter, value);
  if (!parsed.ok) {
    return [
      {
        code: 'parameter/value',
        path,
        message: `${parameter.name}: ${parsed.message}`,
        hint: `${parsed.hint} ${parameter.description}`,
      },
    ];
  }
  if (parameter.refused?.values.includes(parsed.canonical) === true) {
    return [
      {
        code: 'parameter/forbidden',
        path,
        message: `${parameter.name}=${parsed.canonical} is refused: ${parameter.refused.reason}`,
        hint: `${parameter.refused.alternative}.`,
      },
    ];
  }
  return [];
}

function unknown(file: ParameterFile, name: string, path: string): Finding {
  const elsewhere = Object.hasOwn(ELSEWHERE[file], name)
    ? (ELSEWHERE[file] as Readonly<Record<string, string>>)[name]
    : undefined;
  const other = FILES.find((each) => each !== file && TABLES[each].has(name));
  const near = nearestName(name, [...TABLES[file].keys()]);
  const hint =
    elsewhere !== undefined
      ? `${elsewhere}.`
      : other !== undefined
        ? `it is a parameter of ${TITLES[other]}: put it under ${formatPath(PATHS[other])}.`
        : near !== undefined
          ? `did you mean ${near}?`
          : `see docs/reference/${PAGES[file]} for the known ones${file === 'kingbase' ? '; one that is missing there can still be set by ALTER SYSTEM' : ''}.`;
  return { code: 'parameter/unknown', path, message: `${TITLES[file]} has no parameter ${JSON.stringify(name)}`, hint };
}

/** By its name, whatever the case: the server reads DateStyle and datestyle alike. */
export function findParameter(file: ParameterFile, name: string): Parameter | undefined {
  const exact = TABLES[file].get(name);
  if (exact !== undefined || file !== 'kingbase') return exact;
  const folded = name.toLowerCase();
  for (const parameter of TABLES[file].values()) if (parameter.name.toLowerCase() === folded) return parameter;
  return undefined;
}

/** What a changed value needs; of a name that the table lacks, the stronger. */
export function changeClass(name: string, file: ParameterFile = 'kingbase'): 'reload' | 'restart' {
  return findParameter(file, name)?.change ?? 'restart';
}

/** Whether two texts mean the same to the server: 1GB and 1024MB, on and true, and the plain number that sys_settings shows. */
export function sameValue(name: string, a: string, b: string, file: ParameterFile = 'kingbase'): boolean {
  return canonicalValue(name, a, file) === canonicalValue(name, b, file);
}

/** One text for all texts of a value; a value that cannot be read stands for itself. */
export function canonicalValue(name: string, value: string, file: ParameterFile = 'kingbase'): string {
  const parameter = findParameter(file, name);
  if (parameter === undefined) return value.trim();
  const parsed = parseValue({ ...parameter, min: undefined, max: undefined }, value);
  return parsed.ok ? parsed.canonical : value.trim();
}

/** `name=value` as a line of kingbase.conf or es_rep.conf; quoted where the file's syntax asks for it. */
export function formatSetting(name: string, value: string): string {
  const type = findParameter('kingbase', name)?.type ?? 'text';
  const bare =
    type === 'boolean' || type === 'enum'
      ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)
      : type !== 'text' && /^-?\d+([A-Za-z]*|\.\d+)$/.test(value);
  return `${name}=${bare ? value : quote(value)}`;
}

// Inside quotes the file's lexer reads '' as a quote and takes a backslash for an escape.
function quote(value: string): string {
  return `'${value.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
}
