/**
 * Mustache made strict. Its parser is used as it is; filling in is ours, because mustache renders a missing name as nothing, takes a name
 * missing in a list item from the parent, counts 0 as false and quotes for HTML. Here each of these is an error.
 */
import Mustache from 'mustache';
import { KingbaseError } from '../finding';
import { escapes, type Format, Literal } from './escape';

/** Template name (`v8r6/repmgr.conf`, path below templates/ without `.mustache`) → text. Core cannot read files: it is given. */
export type TemplateSet = Readonly<Record<string, string>>;

/** Before the name of a text that is no template: a program that lands on nodes as it is (`program:os/action.sh`). */
export const PROGRAM = 'program:';

export type ViewValue = string | number | boolean | Literal | readonly View[];
export interface View {
  readonly [name: string]: ViewValue;
}

type Token = readonly [type: string, value: string, start: number, end: number, children?: readonly Token[]];

const parsed = new Map<string, readonly Token[]>();

/** Mustache's own cache grows with the key it is given; ours holds one entry per template text. */
function parseTemplate(text: string): readonly Token[] {
  let tokens = parsed.get(text);
  if (tokens === undefined) {
    tokens = Mustache.parse(text) as unknown as readonly Token[];
    parsed.set(text, tokens);
  }
  return tokens;
}

export function renderTemplate(templates: TemplateSet, name: string, format: Format, view: View): string {
  const text = templates[name];
  if (text === undefined) {
    throw new Error(`there is no template ${name}`);
  }
  return fill(parseTemplate(text), view, { name, escape: escapes[format] });
}

interface Context {
  readonly name: string;
  readonly escape: (value: string) => string;
}

function fill(tokens: readonly Token[], view: View, context: Context): string {
  return tokens.map((token) => fillToken(token, view, context)).join('');
}

function fillToken([type, value, , , children = []]: Token, view: View, context: Context): string {
  switch (type) {
    case 'text':
      return value;
    case '!':
      return '';
    case 'name':
      return scalar(value, view, context);
    case '&':
      return literal(value, view, context);
    case '#':
      return section(value, view, context)
        .map((item) => fill(children, item, context))
        .join('');
    case '^':
      return section(value, view, context).length > 0 ? '' : fill(children, view, context);
    default:
      throw new Error(`template ${context.name}: {{${type}${value}}} is not used here`);
  }
}

function lookUp(name: string, view: View, context: Context): ViewValue {
  const value = Object.hasOwn(view, name) ? view[name] : undefined;
  if (value === undefined) {
    throw new Error(`template ${context.name}: no value for "${name}"`);
  }
  return value;
}

function scalar(name: string, view: View, context: Context): string {
  const value = lookUp(name, view, context);
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new Error(`template ${context.name}: "${name}" is not a string or a number`);
  }
  try {
    return context.escape(String(value));
  } catch (error) {
    throw error instanceof KingbaseError ? located(error, context.name, name) : error;
  }
}

function located(error: KingbaseError, template: string, name: string): KingbaseError {
  return new KingbaseError(error.findings.map((finding) => ({ ...finding, path: `${template}: ${name}` })));
}

function literal(name: string, view: View, context: Context): string {
  const value = lookUp(name, view, context);
  if (!(value instanceof Literal)) {
    throw new Error(`template ${context.name}: "${name}" stands unquoted, so it must be a Literal`);
  }
  return value.text;
}

/** A condition keeps the view, a list gives one view per item; nothing else opens a section. */
function section(name: string, view: View, context: Context): readonly View[] {
  const value = lookUp(name, view, context);
  if (typeof value === 'boolean') {
    return value ? [view] : [];
  }
  if (Array.isArray(value)) {
    return value as readonly View[];
  }
  throw new Error(`template ${context.name}: "${name}" opens a section, so it must be a boolean or a list`);
}

/** Every name that a template uses, lists as `list.name`; a test compares them with the views. */
export function templateNames(text: string): string[] {
  const names = new Set<string>();
  collectNames(parseTemplate(text), names);
  return [...names].sort();
}

function collectNames(tokens: readonly Token[], names: Set<string>): void {
  for (const [type, value, , , children = []] of tokens) {
    if (type !== 'text' && type !== '!') {
      names.add(value);
    }
    collectNames(children, names);
  }
}
