// The planner: costs and switches.
import { choice, count, flag, MAX, measure, real } from '../rows';
import type { Parameter } from '../types';

const COST = [0, 1.79769e308] as const;
const SWITCHES = [
  'bitmapscan',
  'gathermerge',
  'hashagg',
  'hashjoin',
  'indexonlyscan',
  'indexscan',
  'material',
  'mergejoin',
  'nestloop',
  'parallel_append',
  'parallel_hash',
  'partition_pruning',
  'seqscan',
  'sort',
  'tidscan',
];

export const planner: readonly Parameter[] = [
  ...SWITCHES.map((name) =>
    flag(`enable_${name}`, 'on', 'Plans of this kind; off for a single session while looking for a cause.'),
  ),
  flag('enable_partitionwise_aggregate', 'off', 'Aggregate partition by partition.'),
  flag('enable_partitionwise_join', 'off', 'Join partition by partition.'),
  real('seq_page_cost', '1.0', COST, 'Cost of a page read in sequence.'),
  real('random_page_cost', '4.0', COST, 'Cost of a page read at random; 1.1 suits solid-state disks.'),
  real('cpu_tuple_cost', '0.01', COST, 'Cost of a row.'),
  real('cpu_index_tuple_cost', '0.005', COST, 'Cost of an index entry.'),
  real('cpu_operator_cost', '0.0025', COST, 'Cost of an operator.'),
  real('parallel_setup_cost', '1000', COST, 'Cost of starting parallel workers.'),
  real('parallel_tuple_cost', '0.1', COST, 'Cost of handing over a row.'),
  measure('min_parallel_table_scan_size', '8kB', '8MB', [0, 715827882], 'Least table for a parallel scan.'),
  measure('min_parallel_index_scan_size', '8kB', '512kB', [0, 715827882], 'Least index for a parallel scan.'),
  measure(
    'effective_cache_size',
    '8kB',
    '4GB',
    [1, MAX],
    'What the planner takes to be cached, the system’s cache included.',
  ),
  count('default_statistics_target', '100', [1, 10000], 'Detail of statistics.'),
  choice('constraint_exclusion', ['partition', 'on', 'off'], 'partition', 'Use constraints to leave tables out.'),
  real('cursor_tuple_fraction', '0.1', [0, 1], 'Share of a cursor’s rows that is read.'),
  count('from_collapse_limit', '8', [1, MAX], 'Sub-queries merged into the outer one.'),
  count('join_collapse_limit', '8', [1, MAX], 'Joins whose order is tried.'),
  choice(
    'plan_cache_mode',
    ['auto', 'force_generic_plan', 'force_custom_plan'],
    'auto',
    'Plans of prepared statements.',
  ),
  choice('force_parallel_mode', ['off', 'on', 'regress'], 'off', 'Parallel plans for testing.'),
  flag('geqo', 'on', 'Genetic search for large joins.'),
  count('geqo_threshold', '12', [2, MAX], 'Tables from which it is used.'),
  count('geqo_effort', '5', [1, 10], 'How long it searches.'),
  flag('jit', 'on', 'Compile expressions.'),
  real('jit_above_cost', '100000', [-1, 1.79769e308], 'From this cost on.'),
  real('jit_inline_above_cost', '500000', [-1, 1.79769e308], 'Inline from this cost on.'),
  real('jit_optimize_above_cost', '500000', [-1, 1.79769e308], 'Optimise from this cost on.'),
  measure('gin_pending_list_limit', 'kB', '4MB', [64, MAX], 'Pending list of GIN indexes.'),
];
