// Every measurement, in the order in which they run: the quick ones first.
import type { Measurement } from '../types';
import { render } from './render';

export const measurements: readonly Measurement[] = [render];
