// Accepted preflight checks are ids, each once; what they mean is the preflight's business.
import type { Finding } from '../../finding';
import type { Rule } from './rule';

export const acceptedChecks: Rule = (spec) =>
  spec.preflight.accept.flatMap((id, index, all): Finding[] => {
    const path = `preflight.accept[${index}]`;
    if (id === '') return [];
    if (!/^[a-z0-9]+([-/.:][a-zA-Z0-9]+)*$/i.test(id)) {
      return [
        {
          code: 'spec/accepted-check',
          path,
          message: `${JSON.stringify(id)} is not the id of a check`,
          hint: 'write the id from the first column of the preflight table; everything at once cannot be accepted.',
        },
      ];
    }
    return all.indexOf(id) === index
      ? []
      : [
          {
            code: 'spec/accepted-check',
            path,
            message: `same check as preflight.accept[${all.indexOf(id)}]`,
            hint: 'leave it out.',
          },
        ];
  });
