/** kingbase:recovery:*, as users import it: `new kingbase.recovery.Drill(name, args)`. */
export { Action, type ActionArgs } from './action';
export { Diagnosis, type DiagnosisArgs } from './diagnosis';
export { Drill, type DrillArgs } from './drill';
export type { DrillRecord } from '../../core/backup/observation';
export type { DrillRequest } from '../../core/drill/request';
export type { ActionRecord } from '../../core/action/record';
