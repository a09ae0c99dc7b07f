/** Files of the firewall, whatever system runs behind it. */
import type { ClusterSpec } from '../spec/types';
import type { Draft } from './draft';
import type { View } from './template';
import * as views from './views';

/**
 * auto writes both forms, because which of the two a host runs is known only there: files of an absent firewall lie still, and the
 * nftables form is loaded only where firewalld does not run.
 */
export function firewallDrafts(
  node: views.FirewalledNode,
  kind: ClusterSpec['os']['firewall'],
  hasDatabase = true,
): Draft[] {
  return [
    ...(kind === 'auto' || kind === 'firewalld' ? firewalldFiles(node, hasDatabase) : []),
    ...(kind === 'auto' || kind === 'nftables' ? nftablesFiles(node) : []),
  ];
}

function firewalldFiles(node: views.FirewalledNode, hasDatabase: boolean): Draft[] {
  const service: Draft = {
    path: '/etc/firewalld/services/pulumi-kingbase.xml',
    template: 'os/firewalld.service.xml',
    format: 'xml',
    view: { cluster: node.cluster, port: node.ports.database },
    onChange: 'firewalld',
  };
  return [
    ...(hasDatabase ? [service] : []),
    {
      path: '/etc/firewalld/policies/pulumi-kingbase.xml',
      template: 'os/firewalld.policy.xml',
      format: 'xml',
      view: views.firewalldPolicyView(node),
      onChange: 'firewalld',
    },
  ];
}

function nftablesFiles(node: views.FirewalledNode): Draft[] {
  const view = views.nftView(node);
  if ((view.ports as readonly View[]).length === 0) {
    return [];
  }
  return [
    {
      path: views.NFT_RULES,
      template: 'os/pulumi-kingbase.nft',
      format: 'word',
      view,
      onChange: 'nftables',
    },
    {
      path: '/etc/systemd/system/pulumi-kingbase-nftables.service',
      template: 'os/pulumi-kingbase-nftables.service',
      format: 'word',
      view: { rules: views.NFT_RULES },
    },
    {
      path: '/etc/systemd/system/multi-user.target.d/60-pulumi-kingbase.conf',
      template: 'os/pulumi-kingbase-nftables.wants.conf',
      format: 'word',
      view: {},
    },
  ];
}
