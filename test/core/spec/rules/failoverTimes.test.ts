// Numbers of failure detection that fit one another.
import { describe, expect, it } from 'vitest';
import { failover, messages } from '../exampleCluster';

describe('failoverTimes', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'no patience at all',
      failover({ reconnectAttempts: 1, reconnectIntervalSeconds: 1 }),
      ['failover.reconnectAttempts: 1 × 1 s leaves 1 s to a primary that hiccups'],
    ],
    [
      'endless patience',
      failover({ reconnectAttempts: 100, reconnectIntervalSeconds: 300 }),
      ['failover.reconnectAttempts: 100 × 300 s is 30000 s without a primary before anything happens'],
    ],
    [
      'a tcp_user_timeout that never counts',
      failover({ tcpUserTimeoutMs: 30000 }),
      ['failover.tcpUserTimeoutMs: 30000 ms is not below walSenderTimeoutMs (30000 ms), so it never takes effect'],
    ],
    [
      'two ends that disagree',
      failover({ walReceiverTimeoutMs: 301000 }),
      ['failover.walReceiverTimeoutMs: 301000 ms and walSenderTimeoutMs 30000 ms are more than ten times apart'],
    ],
    [
      'a connect_timeout out of all proportion',
      failover({ preset: 'fast', connectTimeoutSeconds: 60 }),
      ['failover.connectTimeoutSeconds: 60 s is more than ten times walSenderTimeoutMs (5000 ms)'],
    ],
    [
      'nothing when a human decides',
      failover({ failover: 'manual', reconnectAttempts: 1, reconnectIntervalSeconds: 1 }),
      [],
    ],
  ])('tells about %s', (_, input, expected) => {
    expect(messages(input)).toEqual(expected);
  });

  it.each(['fast', 'normal', 'safe', 'wide'])('takes the preset %s', (preset) => {
    expect(messages(failover({ preset }))).toEqual([]);
  });
});
