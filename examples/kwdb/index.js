// The log, the backups and the restores of one KWDB cluster from the stack configuration.
'use strict';
const pulumi = require('@pulumi/pulumi');
const { kwdb } = require('pulumi-kingbase');

const config = new pulumi.Config('kingbase');
const { backup: saved, ...cluster } = config.requireObject('kwdb');

const settings = new kwdb.WalSettings('plant', { cluster });
new kwdb.Service('plant-service', { settings });
const backup = new kwdb.Backup('plant-backup', { settings, ...saved });
const restores = (config.getObject('kwdbRestores') ?? []).map(
  (request) => new kwdb.Restore(`plant-restore-${request.requestId}`, { backup, ...request }),
);

module.exports = {
  rpo: settings.rpo,
  level: settings.observed,
  backup: backup.observed,
  backupKey: backup.publicKey,
  restored: restores.map(({ result }) => result),
};
