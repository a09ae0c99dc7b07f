/** One line about a step that takes a while, for the operator who watches the update. */
export function progress(host: string, message: string): void {
  process.stderr.write(`${host}: ${message}\n`);
}
