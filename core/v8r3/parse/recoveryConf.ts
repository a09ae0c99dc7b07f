/** recovery.done, recovery.conf → its values; of primary_conninfo the parts, without the password. */
import { parseConninfo } from '../../render/parse/repmgrConf';
import { settingValues } from '../../render/parse/settings';

export interface RecoveryConf {
  readonly standby: boolean;
  readonly primary: Readonly<Record<string, string>>;
  readonly slot: string | undefined;
  readonly timeline: string | undefined;
}

export function parseRecoveryConf(text: string): RecoveryConf {
  const values = settingValues(text);
  const { password: _password, ...primary } = parseConninfo(values['primary_conninfo'] ?? '');
  return {
    standby: values['standby_mode'] === 'on',
    primary,
    slot: values['primary_slot_name'],
    timeline: values['recovery_target_timeline'],
  };
}
