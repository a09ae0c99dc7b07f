/** What each rule says, and what to do: English. */
import type { RuleWords } from './wordTypes';

export const RULES_EN: Readonly<Record<string, RuleWords>> = {
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
  'not-replicating': {
    what: 'the primary does not list this standby among those that replicate',
    todo: 'Look at its sys_log (a slot that is missing, a timeline that forked, sys_hba.conf): until it streams, commits wait for nobody.',
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
  'vip-elsewhere': {
    what: 'somebody else answered for the virtual IP of the database: the address is on two hosts',
    todo: 'Find who holds it (arping -D), take it from the old primary, then announce it again (arping -U) from the new one.',
  },
  'vip-held-twice': {
    what: '{a} and {b} both held the cluster’s virtual IP at one time, as far as their logs go',
    todo: 'Check with their clocks in mind (--skew); take the address from one (ip addr del), and look at the firewall (9000/tcp, 9694/udp).',
  },
  'lock-wait-long': {
    what: 'the other pool waited {waited} s for the lock, though its holder was done after {held} s',
    todo: 'Look at the watchdog connection between the pools (9000/tcp) and at the other pool’s main process.',
  },
  'lock-timed-out': {
    what: 'the other pool did not wait for the end of the script: it looked for a primary while the script was at work',
    todo: 'Shorten the script (ssh and ping to a dead host wait), then check show pool_nodes on both pools.',
  },
  'clock-skew': {
    what: 'the clock of {node} differs from that of {than} by about {seconds} s',
    todo: 'Run again with --skew {node}={fix}; set the clocks.',
  },
};
