// The rules as policies of Pulumi: for packs of one's own as well (`import { kingbasePolicies } from 'pulumi-kingbase/policy'`).
import {
  UnknownValueError,
  type Policies,
  type PolicyConfigSchema,
  type PolicyResource as StackResource,
  type ReportViolation,
  type ResourceValidation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from '@pulumi/policy';
import { configSchemaOf, readConfig } from '../core/policy/config';
import { formatPolicyFinding, judge, type PolicyFinding } from '../core/policy/judge';
import { policyRules } from '../core/policy/rules';
import { readStack, readSubject, resourceTypes, STACK_TYPES, type Judged } from '../core/policy/subjects';
import type { PolicyResource, PolicyRule } from '../core/policy/types';

/** Every rule, or those that are given. */
export function kingbasePolicies(rules: readonly PolicyRule[] = policyRules): Policies {
  return rules.map((rule) =>
    rule.subject === 'stack' || rule.restsOn === 'observed' ? stackPolicy(rule) : resourcePolicy(rule),
  );
}

function common(rule: PolicyRule): Omit<ResourceValidationPolicy, 'validateResource'> {
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.title,
    enforcementLevel: rule.level,
    severity: rule.severity,
    tags: [rule.group, rule.restsOn],
    remediationSteps: rule.hint,
    configSchema: { properties: configSchemaOf(rule) } as unknown as PolicyConfigSchema,
  };
}

function resourcePolicy(rule: PolicyRule): ResourceValidationPolicy {
  const kind = rule.subject as Exclude<PolicyRule['subject'], 'stack'>;
  // The SDK unpacks a resource anew for every policy that may want it: those of other types are passed over before.
  const types = resourceTypes(kind);
  return {
    ...common(rule),
    // A value that a preview does not know throws where it is touched: the SDK tells that as a warning, and the update judges again.
    validateResource: ofType(types, (args, report) => {
      const subject = readSubject(kind, { type: args.type, name: args.name, props: args.props });
      if (subject === undefined) return args.notApplicable(`only for resources with: ${kind}`);
      const config = readConfig(rule, args.getConfig<Record<string, unknown>>(), new Date());
      judge(rule, subject, config).forEach((found) => tell(rule, found, report));
    }),
  };
}

/** As validateResourceOfType marks its functions, for a type that has no class. */
function ofType(types: readonly string[], validate: ResourceValidation): ResourceValidation {
  return types.length === 1 ? Object.assign(validate, { __pulumiType: types[0] }) : validate;
}

/** Of outputs: what is not known at a preview is left out, and judged when the update ends. */
function stackPolicy(rule: PolicyRule): StackValidationPolicy {
  return {
    ...common(rule),
    validateStack: (args, report) => {
      const config = readConfig(rule, args.getConfig<Record<string, unknown>>(), new Date());
      if (rule.subject === 'stack') {
        const value = readStack(args.resources.filter(isOurs).map(knownResource));
        judge(rule, { cluster: undefined, value }, config).forEach((found) => tell(rule, found, report));
        return;
      }
      const kind: Exclude<PolicyRule['subject'], 'stack'> = rule.subject;
      for (const resource of args.resources.filter(({ type }) => resourceTypes(kind).includes(type))) {
        const subject = readSubject(kind, knownResource(resource)) as Judged<typeof kind>;
        judge(rule, subject, config).forEach((found) => tell(rule, found, report, resource.urn));
      }
    },
  };
}

const isOurs = ({ type }: StackResource): boolean => STACK_TYPES.includes(type);

function knownResource({ type, name, props, parent }: StackResource): PolicyResource {
  const known = Object.keys(props).flatMap((key) => {
    try {
      const value: unknown = props[key];
      // Unknown parts inside an object are found only by touching them.
      JSON.stringify(value);
      return [[key, value] as const];
    } catch (error) {
      if (error instanceof UnknownValueError) return [];
      throw error;
    }
  });
  return { type, name, props: Object.fromEntries(known), ...(parent === undefined ? {} : { parent: parent.name }) };
}

/** The SDK also takes an object, which may lower the level: what is waived, or not proved yet, never blocks. */
type ReportAs = (
  violation: { readonly message: string; readonly enforcementLevel?: 'advisory'; readonly urn?: string },
  urn?: string,
) => void;

function tell(rule: PolicyRule, found: PolicyFinding, report: ReportViolation, urn?: string): void {
  const message = formatPolicyFinding(found);
  if (found.state === 'violated') return report(message, urn);
  (report as unknown as ReportAs)({ message: `${rule.title}\n${message}`, enforcementLevel: 'advisory', urn });
}
