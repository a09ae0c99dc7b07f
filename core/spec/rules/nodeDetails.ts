// Location and network device: short plain words, because they stand in repmgr.conf and on command lines.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const nodeDetails: Rule = (spec, given) =>
  spec.nodes.flatMap((node, index): Finding[] => {
    const findings: Finding[] = [];
    if (!/^[A-Za-z0-9_.-]{1,60}$/.test(node.location)) {
      findings.push({
        code: 'spec/node-location',
        path: `nodes[${index}].location`,
        message: `${JSON.stringify(node.location)} cannot be a location`,
        hint: 'use letters, digits, _ . and -, at most 60, for example shanghai1.',
      });
    }
    // IFNAMSIZ is 16 with the closing NUL.
    if (!/^[A-Za-z0-9_.:@-]{1,15}$/.test(node.netDevice) || /^\.{1,2}$/.test(node.netDevice)) {
      findings.push({
        code: 'spec/net-device',
        path: given.nodes?.[index]?.netDevice === undefined ? 'virtualIp.netDevice' : `nodes[${index}].netDevice`,
        message: `${JSON.stringify(node.netDevice)} is not the name of a network device`,
        hint: 'write the name that `ip -brief address` shows, at most 15 characters, for example eth0.',
      });
    } else if (node.netDevice === 'lo' && spec.virtualIp !== undefined && node.role === 'database') {
      findings.push({
        code: 'spec/net-device',
        path: given.nodes?.[index]?.netDevice === undefined ? 'virtualIp.netDevice' : `nodes[${index}].netDevice`,
        message: 'lo is the loopback device: no client would find the virtual IP there',
        hint: 'write the device that carries the node’s address (`ip -brief address`).',
      });
    }
    return findings;
  });
