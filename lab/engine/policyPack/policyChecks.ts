// Asks the policy packs and tells what they found. A mandatory violation fails the run: in a preview all of them are shown,
// in an update the resource is not touched.
import type { Goal } from '../deploy/goal';
import type { Reporter } from '../deploy/reporter';
import type { ResourceState } from '../state/types';
import type { PolicyPack, Violation } from './policyPack';

export interface PolicyChecks {
  /** False where a mandatory policy forbids the resource and nothing may be done with it. */
  analyze(resource: ResourceState, goal: Goal): Promise<boolean>;
  /** All resources, at the end. */
  analyzeStack(resources: readonly ResourceState[]): Promise<void>;
}

export class PackChecks implements PolicyChecks {
  constructor(
    private readonly packs: readonly PolicyPack[],
    private readonly reporter: Reporter,
    private readonly preview: boolean,
  ) {}

  async analyze(resource: ResourceState, goal: Goal): Promise<boolean> {
    const violations = await Promise.all(this.packs.map((pack) => pack.analyze(resource, goal)));
    const forbidden = violations.flat().filter((violation) => this.tell(violation));
    return forbidden.length === 0 || this.preview;
  }

  async analyzeStack(resources: readonly ResourceState[]): Promise<void> {
    const violations = await Promise.all(this.packs.map((pack) => pack.analyzeStack(resources)));
    violations.flat().forEach((violation) => this.tell(violation));
  }

  /** True where the violation is mandatory. */
  private tell(violation: Violation): boolean {
    if (violation.level === 'disabled') return false;
    const { urn, pack, policy, level, message, description } = violation;
    this.reporter.event({ type: 'policy', urn, pack, policy, level, message, description });
    const isMandatory = level !== 'advisory';
    const text = `[${level}] ${policy} (${pack}): ${message}`;
    if (isMandatory) this.reporter.error(text, urn);
    else this.reporter.log('warning', text, urn);
    return isMandatory;
  }
}
