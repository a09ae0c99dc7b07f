// kingbase.conf and es_rep.conf: the parameters a DBA sets, and those that are set for them. Base engine: PostgreSQL 12.
import { logging } from './kingbase/logging';
import { forbiddenParameters, ownedByFields } from './kingbase/owned';
import { planner } from './kingbase/planner';
import { resources } from './kingbase/resources';
import { sessions } from './kingbase/sessions';
import { wal } from './kingbase/wal';
import { tableOf } from './rows';
import type { ParameterTable } from './types';

export const kingbaseParameters: ParameterTable = tableOf(
  resources,
  wal,
  sessions,
  logging,
  planner,
  ownedByFields,
  forbiddenParameters,
);

/** Names of newer or older engines, and what stands for them here. */
export const kingbaseElsewhere: Readonly<Record<string, string>> = {
  wal_keep_size: 'this release counts segments of 16 MiB: use wal_keep_segments',
  max_slot_wal_keep_size:
    'this release has no bound on the WAL a slot keeps; remove the slots of nodes that are gone, and watch the disk',
  idle_session_timeout: 'use client_idle_timeout (seconds, at most 1800)',
  hash_mem_multiplier: 'this release has none; use work_mem',
  checkpoint_segments: 'use max_wal_size',
  standby_mode: 'repmgr makes standby.signal',
  trigger_file: 'promote with repmgr standby promote',
  wal_decode_buffer_size: 'this release has none',
  logical_decoding_work_mem: 'this release has none',
  log_min_duration_sample: 'this release has none; use log_min_duration_statement',
};
