/** A moment for people and outputs: ISO 8601 in UTC, to the second where it is one. */
export function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
