// A cluster on the nodes of a lab that runs on this machine: addresses, host keys and login come from its manifest.
'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');

const config = new pulumi.Config('kingbase');
const cluster = new kingbase.ha.Cluster('lab', {
  ...config.requireObject('cluster'),
  passwords: config.requireSecretObject('passwords'),
});

module.exports = { readWrite: cluster.readWriteEndpoint, roles: cluster.roles, topology: cluster.topology };
