/**
 * cluster.log: texts of pgpool-II 3.6 as kingbasecluster prints them, and of pgpool-II 4 (its source; 52 texts seen in a real run).
 * Where a web page wrapped a line inside words a blank may be missing: \s* stands there.
 */
import { compileTable, type Pattern } from './match';

const POOL = '(?:kingbasecluster|pgpool-II|pgpool|Pgpool-II)';
const LOCKS = '(FAILOVER|FOLLOW MASTER|FOLLOW MAIN|FAILBACK)';

const WATCHDOG: readonly Pattern[] = [
  { name: 'localName', starts: 'setting the local watchdog node name to', regex: /name to "([^"]*)"/ },
  { name: 'localName', starts: 'setting the local node', regex: /local node "([^"]*)" as watchdog cluster/ },
  { name: 'poolStart', starts: 'waiting for watchdog to initialize' },
  { name: 'poolReady', starts: 'kingbasecluster successfully started' },
  { name: 'poolReady', starts: 'pgpool-II successfully started' },
  { name: 'poolStop', starts: 'Watchdog is shutting down' },
  { name: 'peerShutdown', starts: 'remote node', regex: /^remote node "([^"]*)" is shutting down/ },
  { name: 'peerUnreachable', starts: 'remote node', regex: /^remote node "([^"]*)" is not reachable/ },
  { name: 'peerLost', starts: 'remote node', regex: /^remote node "([^"]*)" is lost/ },
  { name: 'peerBack', starts: 'remote node', regex: /^remote node "([^"]*)" is reachable again/ },
  { name: 'peerBack', starts: 'new node joined the cluster', regex: /hostname:"([^"]*)"/ },
  { name: 'coordinatorLost', starts: 'watchdog cluster has lost the coordinator node' },
  { name: 'masterLost', starts: 'We have lost the cluster', regex: /cluster (?:master|leader) node "([^"]*)"/ },
  { name: 'wdState', starts: 'watchdog node state changed', regex: /from \[([^\]]+)\] to \[([^\]]+)\]/ },
  { name: 'aloneInWatchdog', starts: 'I am the only alive node in the watchdog cluster' },
  { name: 'escalation', starts: 'I am the cluster leader node. Starting escalation' },
  { name: 'leader', starts: 'I am the cluster leader node' },
  { name: 'heartbeat', starts: 'the last heartbeat from', regex: /from "([^"]*)" received (\d+) seconds ago/ },
  { name: 'vipFailed', starts: 'node id', regex: /message:"(failed to ac\w*ire delegate IP[^"]*)"/ },
  { name: 'peerDead', starts: 'node id', regex: /^node id ?:(\d+) status = "NODE DEAD" message:"([^"]*)"/ },
  { name: 'vipAcquired', starts: 'successfully acquired the delegate IP', regex: /delegate IP:"([^"]*)"/ },
  { name: 'vipReleased', starts: 'successfully released the delegate IP', regex: /delegate IP:"([^"]*)"/ },
  { name: 'vipFailed', starts: 'failed to ac', regex: /^(failed to ac\w*ire (?:the )?delegate IP)/ },
  { name: 'gatewayFailed', starts: 'watchdog failed to ping host', regex: /host ?"([^"]*)"/ },
  { name: 'gatewaysLost', starts: 'watchdog lifecheck, failed to connect to any trusted servers' },
  { name: 'networkLost', starts: 'watchdog lifecheck reported, we are disconnected from the network' },
  { name: 'networkLost', starts: 'network IP is removed and system has no IP is assigned' },
  { name: 'networkLost', starts: 'system has lost the network' },
  { name: 'splitBrain', starts: 'We are in split brain' },
  { name: 'splitBrain', starts: 'possible split brain' },
  { name: 'splitBrain', starts: 'cluster is in the split-brain' },
];

const CHECK: readonly Pattern[] = [
  {
    name: 'connectFailed',
    starts: 'failed to connect to',
    regex:
      /^failed to connect to (?:kingbase|PostgreSQL) server on "([^"]*)"(?:, getsockopt\(\) detected error| with error|, getsockopt\(\) failed)?,?\s*"?(timed out|[^"]*)"?/,
  },
  { name: 'connectDetail', starts: 'No route to host', regex: /^(No route to host)$/ },
  { name: 'connectDetail', starts: 'Connection ', regex: /^(Connection (?:refused|timed out))$/ },
  { name: 'persistFailed', starts: 'failed to make persistent db connection' },
  { name: 'authFailed', starts: 'failed to authenticate' },
  { name: 'shuttingDown', starts: 'the database system is shutting down' },
  { name: 'checkTimedOut', starts: 'health check timed out while waiting for reading data' },
  { name: 'retry', starts: 'health checking retry count', regex: /count (\d+)/ },
  { name: 'retry', starts: 'health check retrying on DB node', regex: /on DB node: (\d+) \(round:(\d+)\)/ },
  { name: 'healthy', starts: 'all backends are returned to a healthy state', regex: /after (\d+) retry/ },
  { name: 'healthy', starts: 'health check retrying on DB node', regex: /on DB node: (\d+) succeeded/ },
  { name: 'nodeDown', starts: 'setting backend node', regex: /^setting backend node (\d+) status to NODE DOWN/ },
  { name: 'nodeDown', starts: 'health check failed on node', regex: /on node (\d+) \(timeout:(\d)\)/ },
];

const FAILOVER: readonly Pattern[] = [
  { name: 'degenerate', starts: 'received degenerate backend request', regex: /node_id: (\d+) from pid \[(\d+)\]/ },
  {
    name: 'requestForwarded',
    starts: 'forwarding the failover request',
    regex: /request \[DEGENERATE_BACKEND_REQUEST\]/,
  },
  { name: 'requestAlone', starts: 'I am the only kingbasecluster node' },
  { name: 'requestAlone', starts: 'I am the only pgpool-II node' },
  { name: 'requestCancelled', starts: 'degenerate backend request for', regex: /is canceled\s*by other/ },
  { name: 'requestInvalid', starts: 'invalid degenerate backend request', regex: /(is not valid for failover)/ },
  { name: 'requestRejected', starts: 'failover command [', regex: /(?:is ignored|is rejected\s*because of switching)/ },
  { name: 'requestRejected', starts: 'similar failover with ID', regex: /ID:\s?(\d+) is already/ },
  ...(['local', 'remote'] as const).flatMap((side): Pattern[] => [
    {
      name: 'lockAsked',
      starts: side,
      regex: new RegExp(
        `^(local|remote) ${POOL} node "([^"]*)" is requesting\\s*to become\\s*a\\s*lock\\s*holder\\s*for\\s*failover ID: ?(\\d+)`,
      ),
    },
    {
      name: 'lockGot',
      starts: side,
      regex: new RegExp(`^(local|remote) ${POOL} node "([^"]*)" is the lock\\s*holder`),
    },
    {
      name: 'lockReleased',
      starts: side,
      regex: new RegExp(
        `^(local|remote) ${POOL} node "([^"]*)" (?:is requesting\\s*to\\s*release|has released\\s*the) \\[${LOCKS}\\]\\s*lock for failover ID (\\d+)`,
      ),
    },
    {
      name: 'lockResigned',
      starts: side,
      regex: new RegExp(`^(local|remote) ${POOL} node "([^"]*)" has resigned from the\\s*lock`),
    },
    {
      name: 'lockPolled',
      starts: side,
      regex: new RegExp(
        `^(local|remote) ${POOL} node "([^"]*)" is checking the status of \\[${LOCKS}\\] lock for failover ID (\\d+)`,
      ),
    },
  ]),
  { name: 'lockDenied', starts: 'lock holder request denied to', regex: /denied to (local|remote) \S+ node "([^"]*)"/ },
  {
    name: 'lockDenied',
    starts: 'request to become a lock holder is denied to',
    regex: /denied to (local|remote) \S+ node "([^"]*)"/,
  },
  {
    name: 'lockForwarded',
    starts: 'failover command lock request from local',
    regex: /forwarded to (?:master|leader) watchdog node "([^"]*)"/,
  },
  {
    name: 'degeneration',
    starts: 'starting degeneration. shutdown host',
    regex: /shutdown host ?([^(]*)(?:\((\d+)\))?/,
  },
  { name: 'exec', starts: 'execute command:', regex: /^execute command:\s*(\S*failover[^\s/]*\.sh)\s+(.*)$/ },
  { name: 'findPrimary', starts: 'find_primary_node_repeatedly: waiting' },
  { name: 'primaryFound', starts: 'find_primary_node: primary node', regex: /primary node (?:id )?is (\d+)/ },
  { name: 'findGaveUp', starts: 'find_primary_node_repeatedly:', regex: /expired|[Gg]iving up/ },
  { name: 'findGaveUp', starts: 'Giving up finding primary node' },
  { name: 'newPrimary', starts: 'failover: set new primary node', regex: /node: ?(-?\d+)/ },
  { name: 'newMaster', starts: 'failover: set new ma', regex: /new (?:master|main) node: ?(-?\d+)/ },
  { name: 'done', starts: 'failover done.', regex: /^failover done\. shutdown host ?([^(]*)(?:\((\d+)\))?$/ },
  { name: 'followerDone', starts: 'leader watchdog has performed failover' },
  { name: 'failbackAsked', starts: 'received failback request', regex: /node_id: (\d+)/ },
  { name: 'failbackBegin', starts: 'starting fail back.', regex: /reconnect host ?([^(]*)(?:\((\d+)\))?/ },
  { name: 'failbackDone', starts: 'failback done.', regex: /reconnect host ?([^(]*)(?:\((\d+)\))?/ },
  { name: 'allDown', starts: 'kingbasecluster is not accepting any new connections' },
  { name: 'allDown', starts: 'pgpool is not accepting any new connections' },
  { name: 'allDown', starts: 'pgpool-II is not accepting any new connections' },
];

const POOL_TABLE: readonly Pattern[] = [...CHECK, ...WATCHDOG, ...FAILOVER];

export const matchPool = compileTable(POOL_TABLE);

/** How what is looked for begins: for a comparison with grep. */
export const POOL_TEXTS: readonly string[] = [...new Set(POOL_TABLE.map(({ starts }) => starts))];

/** What children of the pool print past its log: no moment, no process. In Chinese too, where the site's locale is. */
export const matchPoolChild = compileTable([
  { name: 'sshError', starts: 'ssh: connect to host', regex: /^ssh: connect to host ?(\S*?) port \d+: (.+)$/ },
  { name: 'sshError', starts: 'Permission denied', regex: /^()(Permission denied[^.]*)/ },
  { name: 'sshError', starts: 'Host key verification failed', regex: /^()(Host key verification failed)/ },
]);
