// The shape of a rule about nodes on AWS: looks at the filled input and tells what must not be.
import type { Finding } from '../../finding';
import type { AwsNodesSpec } from '../types';

export type AwsRule = (spec: AwsNodesSpec) => readonly Finding[];

export function finding(code: string, path: string, message: string, hint: string): Finding {
  return { code: `aws/${code}`, path, message, hint };
}
