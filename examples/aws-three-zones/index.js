// Three zones of one region, a load balancer that follows the primary, and the cluster on them.
'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');
const aws = require('pulumi-kingbase/aws');

const config = new pulumi.Config('kingbase');

const hosts = new aws.nodes.AwsNodes('orders', {
  ...config.requireObject('aws'),
  cluster: { ...config.requireObject('cluster'), name: 'orders' },
  // Plain on purpose: a preview needs the public halves of the keys that follow from it.
  keySeed: config.require('keySeed'),
});

const cluster = new kingbase.ha.Cluster(
  'orders',
  {
    ...hosts.cluster,
    privateKey: hosts.privateKey,
    incarnations: hosts.incarnations,
    passwords: config.requireSecretObject('passwords'),
  },
  { dependsOn: hosts },
);

module.exports = {
  readWrite: cluster.readWriteEndpoint,
  roles: cluster.roles,
  armed: cluster.armed,
  billable: hosts.billable,
};
