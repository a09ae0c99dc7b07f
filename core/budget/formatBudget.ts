// The budget as a table for people, in English or Chinese.
import type { Budget, PhaseName, RpoEntry, RpoKind, Seconds } from './types';

export type Language = 'en' | 'zh';

interface Labels {
  readonly failures: Readonly<Record<RpoKind, string>>;
  readonly phases: Readonly<Record<PhaseName, string>>;
  readonly losses: Readonly<Record<RpoEntry['loss'], string>>;
  readonly rto: (preset: string) => string;
  readonly total: string;
  readonly columns: readonly [string, string, string, string];
  readonly rpo: string;
  readonly exposure: string;
  readonly from: string;
  readonly until: string;
  readonly noBound: string;
  readonly byHand: string;
}

const LABELS: Readonly<Record<Language, Labels>> = {
  en: {
    failures: {
      databaseKilled: 'database killed',
      hostPoweredOff: 'host powered off',
      primaryPartitioned: 'primary cut off',
      hostHung: 'host hung',
      allNodesLost: 'all nodes lost',
    },
    phases: {
      detection: 'detection',
      retries: 'retries',
      election: 'election',
      promotion: 'promotion',
      endpoint: 'endpoint',
      firstCommit: 'first commit',
    },
    losses: {
      none: 'nothing',
      exposure: 'the exposure',
      lag: 'the lag',
      sinceBackup: 'all that is in no backup of your own',
      unarchived: 'what was not archived yet',
    },
    rto: (preset) => `Time until writes go on (RTO), seconds, preset ${preset}`,
    total: 'total',
    columns: ['best', 'expected', 'worst', 'share'],
    rpo: 'Acknowledged writes that can be lost (RPO)',
    exposure: 'A primary that is cut off may acknowledge writes alone, seconds after the cut',
    from: 'from',
    until: 'until',
    noBound: 'no bound',
    byHand: 'by hand',
  },
  zh: {
    failures: {
      databaseKilled: '数据库进程被杀',
      hostPoweredOff: '主机断电',
      primaryPartitioned: '主库网络隔离',
      hostHung: '主机挂起',
      allNodesLost: '全部节点丢失',
    },
    phases: {
      detection: '故障发现',
      retries: '重试确认',
      election: '选主',
      promotion: '提升',
      endpoint: '访问地址切换',
      firstCommit: '首次提交',
    },
    losses: {
      none: '不丢失',
      exposure: '隔离窗口内的写入',
      lag: '复制延迟内的写入',
      sinceBackup: '您自己的备份中没有的全部数据',
      unarchived: '尚未归档的数据',
    },
    rto: (preset) => `恢复写入所需时间(RTO),秒,预设 ${preset}`,
    total: '合计',
    columns: ['最好', '预期', '最坏', '占比'],
    rpo: '可能丢失的已确认写入(RPO)',
    exposure: '主库被隔离后可能独自确认写入的时段,自隔离起的秒数',
    from: '开始',
    until: '结束',
    noBound: '无上限',
    byHand: '需人工',
  },
};

export function formatBudget(budget: Budget, language: Language = 'en'): string {
  const words = LABELS[language];
  const rows: string[][] = [['', ...words.columns]];
  const notes: string[] = [];
  for (const entry of budget.rto) {
    const total = entry.automatic ? numbers(entry.total, words) : [words.byHand, words.byHand, words.byHand];
    rows.push([`  ${words.failures[entry.failure]}`, ...total, '']);
    for (const phase of entry.phases) {
      rows.push([
        `    ${words.phases[phase.name]}`,
        ...numbers(phase.seconds, words),
        `${Math.round(phase.share * 100)} %`,
      ]);
    }
    if (entry.note !== undefined) notes.push(`${words.failures[entry.failure]}: ${entry.note}`);
  }
  const losses = budget.rpo.map((entry) => [`  ${words.failures[entry.failure]}`, words.losses[entry.loss], entry.why]);
  return [
    words.rto(budget.preset),
    ...columns(rows, 1),
    ...notes.map((note) => `  * ${note}`),
    '',
    words.rpo,
    ...columns(losses, 3),
    '',
    words.exposure,
    ...columns(exposureRows(budget, words), 1),
    `  ${budget.exposure.why}`,
    '',
  ].join('\n');
}

function exposureRows(budget: Budget, words: Labels): string[][] {
  const { startsAfter, endsAfter } = budget.exposure;
  const end = endsAfter === null ? [words.noBound, words.noBound, words.noBound] : numbers(endsAfter, words);
  return [
    [`  ${words.from}`, ...numbers(startsAfter, words)],
    [`  ${words.until}`, ...end],
  ];
}

function numbers(seconds: Seconds, words: Labels): string[] {
  const worst = seconds.worst === null ? words.noBound : seconds.worst.toFixed(1);
  return [seconds.best.toFixed(1), seconds.expected.toFixed(1), worst];
}

/** Cells padded to their column; the first `left` of them bound left, numbers right. */
function columns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] as number) - width(cell));
        return column < left ? cell + gap : gap + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Chinese characters and full-width signs take two columns of a terminal. */
function width(text: string): number {
  return [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );
}
