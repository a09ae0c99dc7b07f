// The newest backup of a cluster, proved once a month, and a moment before a release, proved once.
'use strict';
const pulumi = require('@pulumi/pulumi');
const kingbase = require('pulumi-kingbase');

const config = new pulumi.Config('kingbase');
const cluster = { ...config.requireObject('cluster'), name: 'prod' };
new kingbase.ha.Cluster('prod', { ...cluster, passwords: config.requireSecretObject('passwords') });

// Each record is executed once. For the next drill add one with a new requestId; what ran stays as the note that it did.
const records = [
  { requestId: 'monthly-2026-11' },
  { requestId: 'before-release-7', target: 'time=2026-11-21T13:30:00+08:00', verify: false },
];
const drills = records.map((record) => [
  record.requestId,
  new kingbase.recovery.Drill(`prod-drill-${record.requestId}`, { cluster, ...record }),
]);

module.exports = {
  verdicts: Object.fromEntries(drills.map(([id, drill]) => [id, drill.result.apply((record) => record?.verdict)])),
};
