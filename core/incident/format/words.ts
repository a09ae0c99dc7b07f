/** The words of an incident report, in English and Chinese. What the logs say stays as it was written. */
import type { Language } from '../../budget/formatBudget';
import { EN } from './wordsEn';
import type { IncidentWords } from './wordTypes';
import { ZH } from './wordsZh';

export const WORDS: Readonly<Record<Language, IncidentWords>> = { en: EN, zh: ZH };

/** Arguments filled in; one that is missing stays visible. */
export function fill(text: string, args: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole));
}
