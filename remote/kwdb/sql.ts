/** Statements on one node of KWDB: each in an -e of its own, as the owner of the server, without a shell in between. */
import { KingbaseError } from '../../core/finding';
import { parseServerError } from '../../core/kwdb/parse/answers';
import { sqlArgv } from '../../core/kwdb/statements';
import type { KwdbTarget } from '../../core/kwdb/target';
import type { Remote } from '../remote';

const TIMEOUT_MS = 30_000;

/** What was printed. Throws the server's own words. */
export async function runSql(remote: Remote, target: KwdbTarget, statements: readonly string[]): Promise<string> {
  const argv = sqlArgv(target, statements);
  const label = `${target.name}: ${statements.join('; ')}`;
  const { code, stdout, stderr } = await remote.exec(argv, {
    as: target.user,
    timeoutMs: TIMEOUT_MS,
    anyExit: true,
    label,
  });
  if (code === 0) return stdout;
  const error = parseServerError(stderr);
  throw new KingbaseError({
    code: 'kwdb/statement-failed',
    path: target.name,
    message:
      error === undefined
        ? `${statements.join('; ')}: ${target.program} ended with exit code ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`
        : `${statements.join('; ')}: ${error.message}${error.state === undefined ? '' : ` (${error.state})`}`,
    hint:
      error?.state === '42501'
        ? 'The client logs in as root, who needs the admin role; see the certificates below certificates.'
        : 'Correct the cause and run again: what was set before it stays set.',
  });
}
