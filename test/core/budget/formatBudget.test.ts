// The table people read: complete, aligned in both languages.
import { describe, expect, it } from 'vitest';
import { computeBudget } from '../../../core/budget/computeBudget';
import { formatBudget } from '../../../core/budget/formatBudget';
import { cluster, failover, spec } from '../spec/exampleCluster';

const budget = computeBudget(spec(failover({ preset: 'fast', runningUnderFailureTrustedServers: false })));

describe('formatBudget', () => {
  it('shows seconds, shares, losses and the exposure', () => {
    const text = formatBudget(budget);
    expect(text).toMatch(/^Time until writes go on \(RTO\), seconds, preset fast\n +best +expected +worst +share\n/);
    expect(text).toMatch(/\n  database killed +1\.6 +5\.0 +21\.0\n    detection +0\.0 +0\.5 +1\.0 +10 %\n/);
    expect(text).toMatch(/\n  host hung +9\.6 +13\.0 +no bound\n/);
    expect(text).toMatch(
      /\n  primary cut off +the exposure +what the isolated primary acknowledged alone: see the exposure\n/,
    );
    expect(text).toMatch(/\n  from +4\.0 +6\.0 +8\.0\n  until +2\.0 +4\.5 +8\.0\n/);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('promises no backup that nobody makes, in either language', () => {
    expect(formatBudget(budget)).toMatch(
      /\n  all nodes lost +all that is in no backup of your own +.*; no backups are declared\n/,
    );
    expect(formatBudget(budget, 'zh')).toContain('您自己的备份中没有的全部数据');
  });

  it('speaks Chinese, with columns as wide as the terminal shows them', () => {
    const text = formatBudget(budget, 'zh');
    expect(text).toContain('恢复写入所需时间(RTO),秒,预设 fast');
    const columnOfDot = (line: string) =>
      [...line.slice(0, line.indexOf('.'))].reduce((sum, sign) => sum + (sign > '\u2e80' ? 2 : 1), 0);
    const rows = text.split('\n').filter((line) => /^ +(数据库进程被杀|故障发现|访问地址切换).*\d\.\d/.test(line));
    expect(rows.length).toBeGreaterThan(4);
    expect(new Set(rows.map(columnOfDot)).size).toBe(1);
  });

  it('says by hand and no bound where that is so', () => {
    const manual = formatBudget(
      computeBudget(spec(cluster({ failover: { failover: 'manual', trustedServers: ['10.77.0.1'] } }))),
    );
    expect(manual).toMatch(/\n  database killed +by hand +by hand +by hand\n/);
    expect(manual).toMatch(/\n  until +no bound +no bound +no bound\n/);
    expect(manual).toContain(
      '  * database killed: failover is manual: the clock runs until somebody promotes a standby\n',
    );
  });
});
