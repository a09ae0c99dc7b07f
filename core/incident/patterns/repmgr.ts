/** hamgr.log (repmgrd's texts) and kbha.log of V8R6: upstream's sequence and the texts of the vendor's trouble guide; the vendor's own sequence is not public. */
import { compileTable } from './match';

export const matchRepmgr = compileTable([
  { name: 'pingFailed', starts: 'unable to ping "', regex: /host=([^\s"']*)/ },
  {
    name: 'reconnectTry',
    starts: 'checking state of node',
    regex: /node "?([^",]*?)"?(?: \(ID: (\d+)\))?, (\d+) of (\d+) attempts/,
  },
  {
    name: 'reconnectSleep',
    starts: 'sleeping ',
    regex: /^sleeping (?:up to )?(\d+) seconds until next reconnection attempt/,
  },
  {
    name: 'reconnectFailed',
    starts: 'unable to reconnect to node',
    regex: /node "?([^"\s]*)"?(?: \(ID: (\d+)\))? after (\d+) attempts/,
  },
  {
    name: 'reconnected',
    starts: 'reconnected to ',
    regex: /(?:node "?([^"\s]*)"?(?: \(ID: (\d+)\))?)? after (\d+) seconds/,
  },
  { name: 'candidate', starts: 'promotion candidate is', regex: /is "([^"]*)" \(ID: (\d+)\)/ },
  { name: 'promoting', starts: 'this node is promotion candidate' },
  { name: 'promoting', starts: 'this node is the winner' },
  { name: 'promoteCommand', starts: 'promote_command is:' },
  { name: 'promoted', starts: 'STANDBY PROMOTE successful' },
  { name: 'followers', regex: /^(\d+) followers to notify/, starts: '' },
  { name: 'awaiting', starts: 'follower node awaiting notification from a candidate node' },
  { name: 'degraded', starts: 'node "', regex: /\(ID: (\d+)\) monitoring .* degraded state/ },
  { name: 'degraded', starts: 'node (ID', regex: /\(ID: (\d+)\) monitoring .* degraded state/ },
  { name: 'notAttached', starts: 'node (ID', regex: /\(ID: (\d+); host "([^"]*)"\) is not attached/ },
  { name: 'notConfirmed', starts: 'unable to connect via ES to host', regex: /host "([^"]*)", can't confirm/ },
  { name: 'notConfirmed', starts: 'can not do auto-recovery because not confirmed' },
  { name: 'multiplePrimaries', starts: 'there may be multiple nodes running as primary' },
  { name: 'gatewayPingFailed', starts: 'ping host', regex: /^ping host ?"([^"]*)" failed/ },
  { name: 'kbhaMountFailed', starts: 'Failed to check the mount_point_list', regex: /(\d+) \/ (\d+), all failed/ },
  { name: 'kbhaMountStops', starts: 'the use_check_disk = on, will stop the database' },
  { name: 'kbhaStops', starts: 'stop database' },
]);
