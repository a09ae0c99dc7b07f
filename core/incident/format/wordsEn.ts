/** English. */
import type { IncidentWords } from './wordTypes';

export const EN: IncidentWords = {
  locale: 'en',
  title: 'Incidents',
  noZone: 'Moments are those of the nodes’ clocks; their time zone is in no log and was not given (--tz).',
  zone: (zone) => `Moments in ${zone}, as given with --tz.`,
  none: 'No incident in these logs.',
  omitted: (count) => `${count} older episodes were left out.`,
  kinds: {
    ...{
      'primary-failover': 'failover of the primary',
      'standby-down': 'standby lost',
      'node-down': 'database lost, role unknown',
    },
    ...{ blip: 'short disturbance', 'pool-only': 'pool lost, database untouched', 'network-lost': 'network lost' },
    ...{ 'database-stopped': 'database stopped by its guard', 'recovery-only': 'recovery of a node' },
  },
  outcomes: {
    ...{
      'failed-over': 'failed over',
      'standby-removed': 'standby taken out',
      'recovered-by-itself': 'recovered by itself',
    },
    ...{
      'pool-moved': 'the other pool took over',
      'no-new-primary': 'NO NEW PRIMARY',
      'script-failed': 'SCRIPT FAILED',
    },
    ...{ 'no-script': 'NO SCRIPT RAN', 'network-lost': 'network lost', 'database-stopped': 'database stopped' },
    ...{ 'node-recovered': 'node recovered', 'not-recovered': 'not recovered', unknown: 'unknown' },
  },
  absent: 'as far as the given logs go',
  levels: { ok: 'OK', info: 'INFO', warn: 'WARN', critical: 'CRITICAL', unknown: 'UNKNOWN' },
  phases: {
    ...{ peerGone: 'peer pool gone', coordinatorLost: 'coordinator lost', election: 'election', leader: 'leader' },
    ...{
      escalation: 'escalation',
      clusterVip: 'cluster VIP',
      lastHeartbeat: 'last heartbeat',
      firstFailure: 'failed check',
    },
    ...{
      retry: 'retry',
      decision: 'decision',
      request: 'request',
      lock: 'lock',
      degeneration: 'degeneration',
      script: 'script',
    },
    ...{
      gateway: 'gateway',
      ssh: 'ssh to old primary',
      databaseVip: 'DB VIP',
      promote: 'promotion',
      serviceBack: 'service back',
    },
    ...{
      async: 'async',
      checkpoint: 'checkpoint',
      scriptEnd: 'script ends',
      search: 'search primary',
      newPrimary: 'new primary',
    },
    ...{ done: 'done', healthy: 'healthy', network: 'network', recovery: 'recovery', rewind: 'rewind', start: 'start' },
    ...{ sync: 'sync', attach: 're-attach', recovered: 'recovered', pool: 'pool' },
  },
  durations: {
    ...{ toFirstFailure: 'fault to first failed check', toDecision: 'fault to decision (NODE DOWN)' },
    ...{
      firstFailureToDecision: 'first failed check to decision',
      decisionToScript: 'decision to script',
      script: 'script',
    },
    ...{ promotion: 'promotion', rtoService: 'RTO: fault to service', rtoDone: 'fault to state saved (failover done)' },
    ...{ clusterVipGap: 'gap of the cluster VIP', asyncExposure: 'asynchronous' },
    ...{ nodeOutage: 'failed node out, from decision to re-attach', recovery: 'recovery' },
  },
  verdicts: {
    ...{
      success: 'recovered',
      idle_primary: 'idle (primary)',
      idle_standby: 'idle (standby)',
      skip_not_standby: 'skipped: no recovery.conf',
    },
    ...{ disk_fail_stopdb: 'disk check failed, database stopped', gateway_fail_stopdb: 'no gateway, database stopped' },
    ...{
      pool_unreachable: 'pool not reachable',
      no_primary: 'no primary in the pool',
      went_async: 'primary went async',
    },
    ...{ rewind_failed: 'rewind failed', not_attached: 'not attached', failed: 'failed', unfinished: 'unfinished' },
  },
  roles: { primary: 'primary', standby: 'standby', down: 'down' },
  unknown: 'unknown',
  failed: 'failed',
  primary: 'primary',
  executor: 'script ran on',
  begin: 'began',
  retries: (seen, cadence) => `retries seen: ${seen}, ${cadence} s apart`,
  expected: 'Expected by the formula',
  expectedFrom: {
    configuration: (retries, delay) => `${retries} retries, ${delay} s apart, from the configuration`,
    inferred: (retries, delay) =>
      `${retries} retries, ${delay} s apart, inferred from the log: give --config to be sure`,
  },
  assumed: (keys) => `The installer’s values stand for ${keys}.`,
  noBound: 'no bound',
  parts: {
    period: 'check period',
    firstRound: 'first round',
    retries: 'retries',
    script: 'script',
    findPrimary: 'search',
    detection: 'detection',
    total: 'until done',
  },
  findings: 'Findings',
  todo: 'To do',
  evidence: 'Evidence',
  timeline: 'Timeline: the failover',
  timelineAfter: 'Timeline: whole incident, way back included',
  measured: 'Measured',
  recoveries: 'Runs of network_rewind.sh',
  nodes: 'Nodes',
  files: 'Files read',
  unread: 'Not read',
  columns: {
    ...{
      time: 'time',
      offset: '+s',
      node: 'node',
      phase: 'phase',
      text: 'line',
      line: 'where',
      level: 'level',
      seconds: 's',
    },
    ...{
      best: 'best',
      expected: 'expected',
      worst: 'worst',
      share: 'share',
      formula: 'formula',
      before: 'before',
      after: 'after',
    },
    ...{
      host: 'address',
      id: 'DB',
      result: 'result',
      times: 'runs',
      file: 'file',
      lines: 'lines',
      from: 'from',
      to: 'to',
      kind: 'kind',
    },
  },
  seconds: 'seconds since the fault',
  rules: {
    'ok-failover': { what: '{node} was promoted, answered, and the pool saved it as its primary', todo: '' },
    'no-new-primary': {
      what: 'the pool found no primary (set new primary node: -1)',
      todo: 'Look at failover.log of the node that held the lock and at the standby’s sys_log; promote by hand only after the old primary is proved stopped.',
    },
    'script-failed': {
      what: 'failover_stream.sh could not promote',
      todo: 'Read sys_log of the standby; prove that the old primary is stopped, then promote by hand.',
    },
    'checkpoint-failed': {
      what: 'the checkpoint after the promotion failed',
      todo: 'Run a checkpoint on the new primary; until then a rewind may take the wrong timeline.',
    },
    'script-end-missing': { what: 'failover.log has no end of this run, though the pool went on', todo: '' },
    'script-hung': {
      what: 'failover.log begins a run and does not end it: the script died or hung, or the file ends',
      todo: 'Look for the process, then at the last line: the step after it is the one that hangs. Check both virtual IPs by hand.',
    },
    'script-slow': {
      what: 'the script took {seconds} s',
      todo: 'The step with the longest pause in the timeline is to blame, mostly ssh to a dead host.',
    },
    'failover-log-needed': {
      what: 'the pool finished, but failover.log of {node} was not given: promotion and virtual IP are not proved',
      todo: 'Give log/failover.log of {node}.',
    },
    'other-log-needed': {
      what: 'unknown whether the script ran: the other node’s log is needed',
      todo: 'Give cluster.log of the other pool as well; only the pool that held the lock runs the script.',
    },
    'exec-line-missing': {
      what: 'both pools’ logs were given and none has `execute command:`, though a failover went on',
      todo: 'The files miss lines; take them again from the nodes.',
    },
    'no-script': {
      what: 'a database was declared down and no pool ran failover_stream.sh',
      todo: 'Check failover_command and the lock lines of both pools; promote by hand only after the old primary is proved stopped.',
    },
    'argument-mismatch': {
      what: 'cluster.log and failover.log name other arguments: {what}',
      todo: 'The two lines are of different runs, or the script was changed.',
    },
    'ssh-failed-host-dead': {
      what: 'the old primary could not be reached by ssh: its host was gone, as expected',
      todo: '',
    },
    'ssh-failed-host-alive': {
      what: 'ssh to the old primary was refused by a host that is alive: its database may still run, with its virtual IP',
      todo: 'Stop the old primary and remove its virtual IP by hand now; then repair ssh trust between the nodes.',
    },
    'ssh-failed-why': {
      what: 'ssh to the old primary failed; why is not in the given logs',
      todo: 'Check that the old primary is stopped and does not hold the virtual IP.',
    },
    'vip-not-moved': {
      what: 'the virtual IP of the database was not moved',
      todo: 'Load KB_VIP on the new primary (ip addr add, arping); check DEV and KB_VIP in HAmodule.conf, and that the old primary does not hold it.',
    },
    'lock-contention': { what: 'both pools asked for the lock, one got it: normal', todo: '' },
    'lock-not-released': {
      what: 'the holder of the lock never resigned',
      todo: 'The other pool waits as long; look at what the holder’s main process does.',
    },
    'slow-detection': {
      what: 'detection took {measured} s, {retries} × {delay} s = {nominal} s are configured: each attempt took {attempt} s',
      todo: 'Lower connect_timeout and health_check_timeout, or count them into the objective.',
    },
    blip: { what: 'the database answered again after {retries} retries; nothing was failed over', todo: '' },
    'logs-end': {
      what: 'retries begin and neither a decision nor an all-clear follows: the log ends or misses lines',
      todo: 'Give the following file too.',
    },
    'standby-only': { what: 'a standby failed; the primary stayed', todo: '' },
    'single-node': { what: 'the cluster had no standby for {seconds} s', todo: '' },
    'still-single': {
      what: 'no log shows the failed node attached again: the cluster has one node less',
      todo: 'Check show pool_nodes; bring the node back.',
    },
    'done-missing': {
      what: 'the logs do not show the end of this failover (failover done)',
      todo: 'Give the following file too; check show pool_nodes.',
    },
    'split-brain': {
      what: 'the watchdog says split brain',
      todo: 'Stop one pool. Typical cause: a firewall between the nodes (9000/tcp, 9694/udp).',
    },
    'split-brain-states': {
      what: '{a} and {b} were both MASTER at one time',
      todo: 'Check with their clocks in mind (--skew); if so, stop one pool, and look at the firewall (9000/tcp, 9694/udp).',
    },
    'cluster-vip-failed': {
      what: 'the cluster’s virtual IP could not be acquired',
      todo: 'Check arping (it must be that of iputils), delegate_IP and the network card; kingbasecluster kills itself because of it.',
    },
    'gateway-lost-everywhere': {
      what: 'no gateway answered on both nodes: a fault of the gateway, the whole cluster stops',
      todo: 'Repair the gateway, then start the databases by hand: they do not come back by themselves.',
    },
    'gateway-lost': {
      what: 'no trusted gateway answered',
      todo: 'Repair the network of this node; a database that was stopped because of it must be started by hand.',
    },
    'gateway-slow': { what: 'one trusted gateway did not answer', todo: 'Name two gateways.' },
    'all-down': {
      what: 'the pool accepts no connections: all databases are down for it',
      todo: 'Find out which database is newest, start it, then attach it.',
    },
    'recovery-skipped': {
      what: 'recovery was skipped {times} times: the node has no recovery.conf, and AUTO_PRIMARY_RECOVERY is off',
      todo: 'When sure that this node is to be standby: copy etc/recovery.done to data/recovery.conf, or set AUTO_PRIMARY_RECOVERY.',
    },
    'no-primary': { what: 'the pool knows no primary: nothing can be recovered', todo: 'Bring a primary back first.' },
    'pool-unreachable': {
      what: 'recovery could not ask the pool',
      todo: 'Check that the pool runs and the cluster’s virtual IP answers on 9999.',
    },
    'mount-failed': {
      what: 'the disk check failed and the database was stopped',
      todo: 'Repair the disk (mount, space, read-only), then start the database; USE_CHECK_DISK and MOUNT_CHECK_MAX_RETRIES decide.',
    },
    'mount-failed-ignored': {
      what: 'the disk check failed and was ignored (USE_CHECK_DISK = off); the “ok” after it means nothing',
      todo: 'Repair the disk.',
    },
    'local-ssh': {
      what: 'the script could not change addresses: it needs ssh to localhost as root',
      todo: 'Repair ssh trust to localhost.',
    },
    'gap-too-large': {
      what: 'the standby is too far behind to become synchronous',
      todo: 'Wait for it to catch up, or look at its network and disk.',
    },
    'attach-failed': { what: 'pcp_attach_node failed', todo: 'Attach by hand; check the password of pcp.' },
    'start-gave-up': { what: 'the database did not come up within an hour', todo: 'Read its sys_log; reclone it.' },
    'went-async': {
      what: 'the primary lost its last standby and went async',
      todo: 'Bring a standby back: acknowledged writes are on one node only.',
    },
    'rewind-failed': {
      what: 'sys_rewind failed, and the script went on as if it had not',
      todo: 'Stop this database and reclone it: its data cannot be trusted.',
    },
    'rewind-unproved': {
      what: 'the database was started after sys_rewind without a sign that it succeeded',
      todo: 'Check the standby’s timeline and streaming; reclone when in doubt.',
    },
    'attach-missing': {
      what: 'the standby came up and was not attached to the pool',
      todo: 'pcp_attach_node, then check show pool_nodes.',
    },
    'still-async': {
      what: 'the failover made the cluster async, and no log shows it synchronous again',
      todo: 'Bring the standby back, check synchronous_standby_names.',
    },
    'restart-storm': { what: 'a pool was started {times} times in this time', todo: '' },
    'multiple-primaries': {
      what: 'repmgr saw more than one primary',
      todo: 'Stop writes, compare timelines and data on both, stop the loser, rejoin it.',
    },
    'not-confirmed': {
      what: 'a node is not recovered by itself: it was not confirmed to be a standby',
      todo: 'Check the remote channel; touch data/standby.signal when sure.',
    },
    'clock-skew': {
      what: 'the clock of {node} differs from that of {than} by about {seconds} s',
      todo: 'Run again with --skew {node}={fix}; set the clocks.',
    },
  },
};
