/**
 * Days that a license.dat is still valid. The vendor's format is not documented: a line that speaks of an end and holds a date counts;
 * what cannot be read is undefined, never a number.
 */
const END =
  /(?:expir\w*|valid[ _-]?(?:until|to|thru)|有效期至|截止日期|到期日期?)\D{0,20}(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/i;
const NEVER = /(?:expir\w*|valid[ _-]?(?:until|to)|有效期至?)\W{0,5}(?:never|permanent|永久)/i;
const SECONDS_PER_DAY = 86_400;

export function licenseDaysLeft(text: string, nowEpochSeconds: number): number | undefined {
  if (NEVER.test(text)) {
    return Infinity;
  }
  const match = END.exec(text);
  if (match === null) {
    return undefined;
  }
  const end = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 1000;
  return Math.floor(end / SECONDS_PER_DAY) - Math.floor(nowEpochSeconds / SECONDS_PER_DAY);
}
