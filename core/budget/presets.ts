// The four RTO presets: every number of failure detection, with the reason for it.
import type { FailoverPreset, FailoverSpec } from '../spec/types';

export type FailoverNumbers = Pick<
  FailoverSpec,
  | 'monitorIntervalSeconds'
  | 'reconnectAttempts'
  | 'reconnectIntervalSeconds'
  | 'connectTimeoutSeconds'
  | 'tcpUserTimeoutMs'
  | 'walSenderTimeoutMs'
  | 'walReceiverTimeoutMs'
  | 'vipTimeoutSeconds'
>;

export interface Preset {
  readonly numbers: FailoverNumbers;
  /** When to take it and what it costs. */
  readonly why: string;
}

export const presets: Readonly<Record<FailoverPreset, Preset>> = {
  fast: {
    numbers: {
      // 1 s is repmgr's floor for both; two looks after the first make three in a row.
      monitorIntervalSeconds: 1,
      reconnectAttempts: 2,
      reconnectIntervalSeconds: 1,
      // libpq's floor: a smaller connect_timeout counts as 2. Where nobody answers at all (power cut), it is paid four times: by the look that
      // notices, the two that confirm, and promote's own look at the old primary. With the pause that is 9 s before anybody is promoted.
      connectTimeoutSeconds: 2,
      // Just above the keepalive probes (2 s + 2 × 1 s would already end the connection).
      tcpUserTimeoutMs: 4000,
      // An isolated primary notices its silent standbys after this; it is most of the exposure.
      walSenderTimeoutMs: 5000,
      walReceiverTimeoutMs: 5000,
      vipTimeoutSeconds: 10,
    },
    why: 'One quiet local network. A restart of the primary by hand, or a crash recovery of more than about 2 s, becomes a failover.',
  },
  normal: {
    numbers: {
      // repmgr's default; the vendor's installer does not write it.
      monitorIntervalSeconds: 2,
      // Vendor's installer: 10 × 6, connection_timeout 10, tcp_user_timeout 9000, both WAL time-outs 30000.
      reconnectAttempts: 10,
      reconnectIntervalSeconds: 6,
      connectTimeoutSeconds: 10,
      tcpUserTimeoutMs: 9000,
      walSenderTimeoutMs: 30000,
      walReceiverTimeoutMs: 30000,
      // The vendor's timing drill calls 60 the default.
      vipTimeoutSeconds: 60,
    },
    why: 'The numbers of the vendor’s installer: a primary that comes back within a minute stays primary.',
  },
  safe: {
    numbers: {
      monitorIntervalSeconds: 5,
      // Two minutes: longer than a reboot of a virtual machine or a crash recovery of a few GiB of WAL.
      reconnectAttempts: 12,
      reconnectIntervalSeconds: 10,
      connectTimeoutSeconds: 10,
      tcpUserTimeoutMs: 20000,
      walSenderTimeoutMs: 60000,
      walReceiverTimeoutMs: 60000,
      vipTimeoutSeconds: 60,
    },
    why: 'Failover is the last resort: reboots and long crash recoveries are waited for.',
  },
  wide: {
    numbers: {
      monitorIntervalSeconds: 5,
      // A minute, like normal, but each look may cross a slow line.
      reconnectAttempts: 6,
      reconnectIntervalSeconds: 10,
      connectTimeoutSeconds: 15,
      // Lines between sites drop and reroute for tens of seconds.
      tcpUserTimeoutMs: 30000,
      walSenderTimeoutMs: 60000,
      walReceiverTimeoutMs: 60000,
      vipTimeoutSeconds: 60,
    },
    why: 'Nodes in several sites: longer time-outs against lossy or rerouting lines.',
  },
};
