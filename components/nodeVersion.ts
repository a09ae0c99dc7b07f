/** Says what is wrong where the program is started by a Node that the Pulumi SDK does not support. Imports nothing. */
const OLDEST = 22;

export function checkNodeVersion(version: string = process.versions.node): void {
  const major = Number(version.split('.')[0]);
  if (major < OLDEST) {
    const error = new Error(
      `this program needs Node ${OLDEST} or newer, and the first \`node\` on PATH is ${version}\n` +
        'HINT: Run it through `npm run pulumi -- up`, which puts the project’s own Node first, or put a newer Node on PATH.',
    );
    // Pulumi prints the message of such an error without its stack.
    throw Object.assign(error, { __pulumiRunError: true });
  }
}
