/** kwdb:dr:*, as users import it: `new kingbase.kwdb.WalSettings(name, args)`. */
export { Backup, type BackupArgs, type ObjectStoreKey } from './backup';
export { CrashRestart, type CrashRestartArgs } from './crashRestart';
export { Restore, type RestoreArgs } from './restore';
export { Service, type ServiceArgs } from './service';
export { WalSettings, type WalSettingsArgs } from './settings';
export type { KwdbCertificates, KwdbKeyPair } from '../../core/kwdb/placedCertificates';
export type { RestoreRequest } from '../../core/kwdb/restore/request';
export type { RpoStatement, WalLevel } from '../../core/kwdb/levels';
export type { KwdbInput } from '../../core/kwdb/spec/schema';
