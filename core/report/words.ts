/** The words of a report, in English and Chinese. What nodes recorded (reasons, details) stays as they wrote it. */
import type { Language } from '../budget/formatBudget';
import type { Comparison, LimitName, MeasureName, Milestone, Outcome } from './types';

export interface Words {
  readonly locale: string;
  readonly title: (cluster: string) => string;
  readonly written: (at: string) => string;
  readonly nodes: string;
  readonly unread: string;
  readonly unreadHint: string;
  readonly records: string;
  readonly none: string;
  readonly budget: string;
  readonly actions: string;
  readonly drills: string;
  readonly columns: Readonly<
    Record<'began' | 'kind' | 'id' | 'node' | 'outcome' | 'seconds' | 'reason' | 'host' | 'role', string>
  >;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly milestones: Readonly<Record<Milestone, string>>;
  readonly timeline: string;
  readonly moment: string;
  readonly source: string;
  readonly milestone: string;
  readonly notRecorded: (what: string) => string;
  readonly phases: string;
  readonly phasesUnplaced: string;
  readonly step: string;
  readonly from: string;
  readonly topology: string;
  readonly before: string;
  readonly after: string;
  readonly unknown: string;
  readonly timelineOf: (timeline: number) => string;
  readonly roles: Readonly<Record<string, string>>;
  readonly inputs: string;
  readonly results: string;
  readonly name: string;
  readonly value: string;
  readonly subjects: Readonly<Record<Comparison['subject'], { readonly title: string; readonly note: string }>>;
  readonly nothingMeasured: string;
  readonly measures: Readonly<Record<MeasureName, string>>;
  readonly limits: Readonly<Record<LimitName, string>>;
  readonly secondsAxis: string;
  readonly checks: string;
  readonly tables: string;
  readonly rows: readonly [string, string, string];
  readonly ok: string;
  readonly bad: string;
  readonly failureToRead: string;
}

const en: Words = {
  locale: 'en',
  title: (cluster) => `Recovery report of cluster ${cluster}`,
  written: (at) => `Records as read at ${at}. All moments in UTC.`,
  nodes: 'Nodes',
  unread: 'Not read',
  unreadHint: 'The records of these nodes are missing from this page. Bring them back and write the report again.',
  records: 'All records',
  none: 'Nothing was recorded yet: no action was run, and no drill.',
  budget: 'Declared budget',
  actions: 'Actions',
  drills: 'Drills',
  columns: {
    ...{ began: 'began', kind: 'kind', id: 'request', node: 'node', outcome: 'outcome', seconds: 'seconds' },
    ...{ reason: 'reason', host: 'address', role: 'role' },
  },
  outcomes: {
    succeeded: 'succeeded',
    failed: 'failed',
    running: 'running',
    interrupted: 'interrupted',
    refused: 'refused',
  },
  milestones: {
    detected: 'detected',
    decided: 'decided',
    promoted: 'promoted',
    firstWrite: 'first write',
    rejoined: 'rejoined',
  },
  timeline: 'Timeline',
  moment: 'moment',
  source: 'field of the record',
  milestone: 'milestone',
  notRecorded: (what) => `Not in the record: ${what}.`,
  phases: 'Steps, seconds since the action began',
  phasesUnplaced: 'Steps, seconds that each took; the record does not say when each began',
  step: 'step',
  from: 'from',
  topology: 'Topology before and after',
  before: 'before',
  after: 'after',
  unknown: 'not recorded',
  timelineOf: (timeline) => `timeline ${timeline}`,
  roles: {
    primary: 'primary',
    standby: 'standby',
    down: 'down',
    lost: 'lost',
    witness: 'witness',
    database: 'database',
    repository: 'repository',
  },
  inputs: 'Inputs',
  results: 'Result',
  name: 'name',
  value: 'value',
  subjects: {
    outage: {
      title: 'Time without writes (RTO)',
      note: 'Measured by switchovers (the gap between two writes) and promotions (the whole action), against the computed failover of a killed database.',
    },
    restore: {
      title: 'Time to restore (RTO)',
      note: 'Measured by drills (restore and replay) and restores to a point (the whole action). The configuration declares no time for it.',
    },
    loss: {
      title: 'Seconds lost (RPO)',
      note: 'Measured by drills and restores: from the point asked for back to the last commit that came back; against archive_timeout, after which a quiet primary hands its last segment to the archive.',
    },
  },
  nothingMeasured: 'No record holds such a measure yet.',
  measures: {
    writeGap: 'switchover: gap between two writes',
    promotion: 'promote: whole action',
    restore: 'restoreToPoint: whole action',
    drillRestore: 'drill: restore and replay',
    drillLoss: 'drill: lost',
    restoreLoss: 'restoreToPoint: lost',
  },
  limits: {
    failoverExpected: 'budget, expected',
    failoverWorst: 'budget, worst',
    archiveTimeout: 'archive_timeout',
  },
  secondsAxis: 'seconds',
  checks: 'Checks',
  tables: 'Rows compared',
  rows: ['table', 'source', 'restored'],
  ok: 'ok',
  bad: 'BAD',
  failureToRead: 'not readable',
};

const zh: Words = {
  locale: 'zh-CN',
  title: (cluster) => `集群 ${cluster} 的恢复报告`,
  written: (at) => `记录读取时间:${at}。所有时间均为 UTC。`,
  nodes: '节点',
  unread: '未能读取',
  unreadHint: '本页缺少这些节点的记录。请恢复这些节点后重新生成报告。',
  records: '全部记录',
  none: '尚无记录:没有执行过操作,也没有演练。',
  budget: '声明的预算',
  actions: '操作',
  drills: '演练',
  columns: {
    ...{ began: '开始时间', kind: '类型', id: '请求', node: '节点', outcome: '结果', seconds: '秒' },
    ...{ reason: '原因', host: '地址', role: '角色' },
  },
  outcomes: { succeeded: '成功', failed: '失败', running: '进行中', interrupted: '已中断', refused: '已拒绝' },
  milestones: { detected: '发现', decided: '决定', promoted: '提升', firstWrite: '首次写入', rejoined: '重新加入' },
  timeline: '时间线',
  moment: '时间',
  source: '记录中的字段',
  milestone: '里程碑',
  notRecorded: (what) => `记录中没有:${what}。`,
  phases: '步骤,自操作开始起的秒数',
  phasesUnplaced: '步骤,各自用时(秒);记录中没有各步骤的开始时间',
  step: '步骤',
  from: '起始',
  topology: '操作前后的拓扑',
  before: '之前',
  after: '之后',
  unknown: '未记录',
  timelineOf: (timeline) => `时间线 ${timeline}`,
  roles: {
    primary: '主库',
    standby: '备库',
    down: '停止',
    lost: '丢失',
    witness: '见证',
    database: '数据库',
    repository: '备份仓库',
  },
  inputs: '输入',
  results: '结果',
  name: '名称',
  value: '值',
  subjects: {
    outage: {
      title: '无法写入的时间(RTO)',
      note: '由主备切换(两次写入之间的间隔)和提升(整个操作)测得,与数据库进程被杀时计算出的故障切换时间对照。',
    },
    restore: {
      title: '恢复所需时间(RTO)',
      note: '由演练(还原与回放)和时间点恢复(整个操作)测得。配置中没有为此声明时间。',
    },
    loss: {
      title: '丢失的秒数(RPO)',
      note: '由演练和恢复测得:从要求的时间点到最后一个恢复出的提交;与 archive_timeout(空闲主库最迟在此时间后归档最后一个 WAL 段)对照。',
    },
  },
  nothingMeasured: '尚无记录包含此项测量。',
  measures: {
    writeGap: '主备切换:两次写入之间的间隔',
    promotion: '提升:整个操作',
    restore: '时间点恢复:整个操作',
    drillRestore: '演练:还原与回放',
    drillLoss: '演练:丢失',
    restoreLoss: '时间点恢复:丢失',
  },
  limits: { failoverExpected: '预算,预期', failoverWorst: '预算,最坏', archiveTimeout: 'archive_timeout' },
  secondsAxis: '秒',
  checks: '检查',
  tables: '行数对照',
  rows: ['表', '源库', '恢复后'],
  ok: '正常',
  bad: '异常',
  failureToRead: '无法读取',
};

export const WORDS: Readonly<Record<Language, Words>> = { en, zh };
