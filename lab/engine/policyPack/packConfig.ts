// Configuration of a policy pack, as `pulumi preview --policy-pack-config` reads it: policy → level, or {enforcementLevel, …}; `all`
// sets the level of every policy that is not named itself.
import { readFileSync } from 'node:fs';
import { KingbaseError } from '../../../core/finding';
import * as proto from '@pulumi/pulumi/proto/analyzer_pb.js';
import { toStruct } from '../rpc';
import type { PropertyValue } from '../values';

const LEVELS: Readonly<Record<string, number>> = { advisory: 0, mandatory: 1, disabled: 2, remediate: 3 };

type Given = Readonly<Record<string, unknown>>;

export function readPackConfig(path: string): Given {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Given;
    throw new Error('not an object');
  } catch (cause) {
    throw new KingbaseError(
      {
        code: 'engine/policy-config',
        path,
        message: `cannot be read: ${(cause as Error).message}`,
        hint: 'It has to be a JSON file: {"<policy>": "mandatory"} or {"<policy>": {"enforcementLevel": "mandatory", …}}.',
      },
      { cause },
    );
  }
}

export function configureRequest(given: Given, info: proto.AnalyzerInfo): proto.ConfigureAnalyzerRequest {
  const request = new proto.ConfigureAnalyzerRequest();
  const policies = info.getPoliciesList();
  const unknown = Object.keys(given).filter(
    (name) => name !== 'all' && policies.every((one) => one.getName() !== name),
  );
  if (unknown.length > 0) {
    throw new KingbaseError({
      code: 'engine/policy-config',
      path: unknown[0],
      message: 'the pack has no policy of that name',
      hint: 'The names are those of docs/policies.md.',
    });
  }
  for (const policy of policies) {
    const name = policy.getName();
    const { enforcementLevel, ...properties } = fields(given[name]);
    const level = LEVELS[String(enforcementLevel ?? fields(given['all'])['enforcementLevel'])];
    const config = new proto.PolicyConfig();
    config.setEnforcementlevel((level ?? policy.getEnforcementlevel()) as 0);
    config.setProperties(toStruct(properties as Record<string, PropertyValue>));
    request.getPolicyconfigMap().set(name, config);
  }
  return request;
}

function fields(given: unknown): Given {
  if (given === undefined) return {};
  return typeof given === 'object' ? (given as Given) : { enforcementLevel: given };
}
