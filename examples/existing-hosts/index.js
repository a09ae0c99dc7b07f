// One cluster from the stack configuration.
'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');

const config = new pulumi.Config('kingbase');
const cluster = new kingbase.ha.Cluster('prod', {
  ...config.requireObject('cluster'),
  passwords: config.requireSecretObject('passwords'),
});

module.exports = {
  readWrite: cluster.readWriteEndpoint,
  readOnly: cluster.readOnlyEndpoint,
  jdbcUrl: cluster.jdbcUrl,
  roles: cluster.roles,
  budget: cluster.budget,
};
