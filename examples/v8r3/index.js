// The configuration of one V8R3 cluster from the stack configuration.
'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');

const config = new pulumi.Config('kingbase');
const cluster = new kingbase.v8r3.Cluster('r3ha', {
  ...config.requireObject('v8r3'),
  passwords: config.requireSecretObject('passwords'),
});

module.exports = {
  pool: cluster.poolEndpoint,
  database: cluster.databaseEndpoint,
  detection: cluster.detectionTable,
};
