// Every measurement, in the order in which they run: the short ones first.
import type { Measurement } from '../types';
import { backup } from './backup';
import { failover } from './failover';
import { firstUp } from './firstUp';
import { incident } from './incident';
import { noop } from './noop';
import { preflight } from './preflight';
import { preview } from './preview';
import { render } from './render';

export const measurements: readonly Measurement[] = [
  render,
  incident,
  preview,
  preflight,
  noop,
  firstUp,
  backup,
  failover,
];
