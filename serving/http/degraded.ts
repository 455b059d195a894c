import type { Additions } from '../additions/open-additions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { BundleSource } from './served-bundle.ts';

export interface Degradable {
  readonly source: BundleSource;
  readonly events: EventLog | null;
  readonly additions: Additions | null;
}

/** What is not as it should be while the server answers: what /readyz names and `tt_exp_problems` counts. */
export const degraded = ({ source, events, additions }: Degradable): readonly string[] => {
  const problem = events?.status().problem ?? null;
  return [...source.problems(), ...(problem === null ? [] : [problem]), ...(additions?.problems() ?? [])];
};
