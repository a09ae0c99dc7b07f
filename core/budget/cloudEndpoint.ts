// Seconds between the promotion and the first client that the endpoint of a cloud leads to the new primary.
import type { EndpointSpec } from '../spec/types';
import type { Seconds } from './types';

/** primary-check.sh: own server and peers side by side, each within 2 s; the load balancer waits as long for an answer (check time-out). */
export const CHECK_TIMEOUT_SECONDS = 4;
/** A network load balancer counts two answers in a row, up or down (the least it allows). */
export const CHECK_THRESHOLD = 2;
/** Until the load balancer's own nodes forward by a changed state. Not documented by AWS: a cautious guess. */
const SPREAD_SECONDS = { expected: 2, worst: 10 };
/** endpoint.sh looks at its own server once a second. */
const LOOK_SECONDS = 1;
/** Metadata, four calls of the EC2 API at most; each call ends after 5 s, the whole after 25 s. */
const MOVE_SECONDS = { best: 0.5, expected: 3, worst: 25 };
/** Route 53: changes reach all its servers "generally within 60 seconds". */
const ROUTE53_SPREAD_SECONDS = { best: 1, expected: 20, worst: 60 };

export interface EndpointTime {
  readonly seconds: Seconds;
  readonly formula: string;
}

/** The old primary's side does not count: a node that takes no writes is out at its first failed checks, while the others are told. */
export function cloudEndpoint(endpoint: EndpointSpec): EndpointTime {
  switch (endpoint.kind) {
    case 'loadBalancer':
      return loadBalancer(endpoint.checkIntervalSeconds);
    case 'secondaryAddress':
      return {
        seconds: moved(),
        formula: `a look each ${LOOK_SECONDS} s, then the EC2 API, ${MOVE_SECONDS.worst} s at most`,
      };
    default:
      return record(endpoint.ttlSeconds);
  }
}

function loadBalancer(interval: number): EndpointTime {
  const rounds = CHECK_THRESHOLD - 1;
  return {
    seconds: {
      best: rounds * interval,
      expected: rounds * interval + interval / 2 + SPREAD_SECONDS.expected,
      worst: CHECK_THRESHOLD * (interval + CHECK_TIMEOUT_SECONDS) + SPREAD_SECONDS.worst,
    },
    formula: `${CHECK_THRESHOLD} health checks in a row, ${interval} s apart, then up to ${SPREAD_SECONDS.worst} s until the load balancer forwards by them`,
  };
}

function moved(): { best: number; expected: number; worst: number } {
  return {
    best: MOVE_SECONDS.best,
    expected: LOOK_SECONDS / 2 + MOVE_SECONDS.expected,
    worst: LOOK_SECONDS + CHECK_TIMEOUT_SECONDS + MOVE_SECONDS.worst,
  };
}

function record(ttl: number): EndpointTime {
  const call = moved();
  return {
    seconds: {
      best: call.best + ROUTE53_SPREAD_SECONDS.best,
      expected: call.expected + ROUTE53_SPREAD_SECONDS.expected + ttl / 2,
      worst: call.worst + ROUTE53_SPREAD_SECONDS.worst + ttl,
    },
    formula: `a look each ${LOOK_SECONDS} s, the Route 53 API, up to ${ROUTE53_SPREAD_SECONDS.worst} s until its servers know, then a TTL of ${ttl} s`,
  };
}
