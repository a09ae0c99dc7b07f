/**
 * failover.log, written by failover_stream.sh. Its present text is not public: one run that succeeded is known, and the scripts that it calls.
 * Misspellings are the vendor's. Failure texts are matched loosely.
 */
import { compileTable } from './match';

export const matchScript = compileTable([
  {
    name: 'scriptArgs',
    starts: '----failover-stats',
    regex:
      /%H = [^[]*\[([^\]]*)\].*%P = [^[]*\[([^\]]*)\].*%d = [^[]*\[([^\]]*)\].*%h = [^[]*\[([^\]]*)\].*%O = [^[]*\[([^\]]*)\].*%m = [^[]*\[([^\]]*)\].*%M = [^[]*\[([^\]]*)\].*%D = [^[]*\[([^\]]*)\]/,
  },
  { name: 'scriptGateway', starts: 'ping trust ip', regex: /^ping trust ip ?(\S*?) ?success/ },
  { name: 'scriptGatewayFailed', starts: 'ping', regex: /^ping (?:all )?trust ip ?(.*?) ?fail/ },
  { name: 'scriptStandbyDown', starts: 'standby down' },
  { name: 'scriptPrimaryDown', starts: 'master down, let', regex: /^master down, let ?(\S*) become/ },
  { name: 'scriptDelVip', starts: 'del old primary VIP on', regex: /VIP on ?(\S*)/ },
  { name: 'scriptSshFailed', starts: 'ssh connect host', regex: /^ssh connect host:? ?(\S*?),? failed/ },
  { name: 'scriptSshFailed', starts: 'ssh: connect to host', regex: /^ssh: connect to host ?(\S*?) port \d+: (.+)$/ },
  { name: 'scriptSshFailed', starts: 'Permission denied', regex: /^()(Permission denied[^.]*)/ },
  { name: 'scriptAddVip', starts: 'add VIP on', regex: /^add VIP on ?(\S*)/ },
  {
    name: 'scriptVipAdded',
    starts: 'ADD VIP NOW AT',
    regex: /^ADD VIP NOW AT (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ON (\S+)/,
  },
  { name: 'scriptVipError', starts: 'error code:', regex: /^error code: ?(\d+)/ },
  { name: 'scriptVipError', starts: 'oprate vip failed', regex: /(details vip\[[^\]]*\])/ },
  { name: 'scriptVipError', starts: 'RTNETLINK answers', regex: /^(RTNETLINK answers: .*)$/ },
  // A gratuitous ARP has no answer: one that comes is of somebody else who holds the address.
  { name: 'scriptVipElsewhere', starts: 'Received ', regex: /^Received ([1-9]\d*) response\(s\)/ },
  { name: 'scriptVipElsewhere', starts: 'Unicast reply from', regex: /^Unicast reply from (\S+)/ },
  { name: 'promoteBegin', starts: 'promote begin', regex: /let ?(\S*) ?become master/ },
  { name: 'promoteReady', starts: 'kingbase is ok , to prepare execute promote' },
  { name: 'promoteOk', starts: 'after execute promote , kingbase status is ok' },
  { name: 'promoteFailed', starts: 'promote execute failed' },
  { name: 'promoteFailed', starts: 'kingbase is down,after retry', regex: /(cannot do promote)/ },
  { name: 'promoteFailed', starts: 'CHECK The process was started', regex: /(before|after) promote/ },
  { name: 'scriptAsync', starts: 'sync to async' },
  { name: 'checkpointBegin', starts: 'make checkpoint' },
  { name: 'checkpointOk', starts: 'after execute checkpoint, kingbase is ok' },
  { name: 'checkpointFailed', starts: 'checkpoint execute failed' },
  { name: 'checkpointFailed', starts: 'kingbase is down,after retry', regex: /(cannot do checkpoint)/ },
]);
