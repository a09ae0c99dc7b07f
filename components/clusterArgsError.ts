/** Every wrong input at once, against its property, and without a stack trace: it is a mistake in the input, not a bug. */
import * as pulumi from '@pulumi/pulumi';
import { formatFindings, type Finding } from '../core/finding';

export class ClusterArgsError extends pulumi.InputPropertiesError {
  /** Pulumi prints the message only of an error that carries this mark (RunError). */
  readonly __pulumiRunError = true;
  readonly findings: readonly Finding[];

  constructor(name: string, findings: readonly Finding[]) {
    const count = findings.length === 1 ? 'one finding' : `${findings.length} findings`;
    super({
      message: `cluster "${name}": ${count}\n${formatFindings(findings)}`,
      errors: findings.map((finding) => ({
        propertyPath: finding.path ?? '',
        reason: finding.hint === undefined ? finding.message : `${finding.message}. ${finding.hint}`,
      })),
    });
    this.findings = findings;
  }
}
