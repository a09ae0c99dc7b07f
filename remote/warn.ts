/** A line for the operator from inside a provider process: Pulumi shows what it writes to stderr among the diagnostics. */
export function warn(host: string, message: string): void {
  process.stderr.write(`warning: ${host}: ${message}\n`);
}
