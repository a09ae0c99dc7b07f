// Every policy's cases, in the order of the groups.
import type { PolicyCase } from '../sample';
import { awsCases } from './aws';
import { backupCases } from './backup';
import { backupDeclaredCases } from './backupDeclared';
import { backupRenderedCases } from './backupRendered';
import { backupStatusCases } from './backupStatus';
import { capacityCases } from './capacity';
import { kwdbCases } from './kwdb';
import { kwdbBackupCases } from './kwdbBackups';
import { recoveryCases } from './recovery';
import { securityCases } from './security';
import { statusCases } from './status';
import { topologyCases } from './topology';
import { v8r3Cases } from './v8r3';

export const policyCases: readonly PolicyCase[] = [
  ...backupCases,
  ...backupDeclaredCases,
  ...backupRenderedCases,
  ...recoveryCases,
  ...topologyCases,
  ...securityCases,
  ...capacityCases,
  ...statusCases,
  ...backupStatusCases,
  ...awsCases,
  ...v8r3Cases,
  ...kwdbCases,
  ...kwdbBackupCases,
];
