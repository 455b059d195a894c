/** What proposes the parameters of trials. */
import type { TrialRecord } from '../../contracts/sweep.ts';
import type { TrialParams } from '../../contracts/trial.ts';

/**
 * A pure function of its configuration, its seed, and the history it is shown: the same history gives the same
 * proposal, in every replay and on every platform. Owns no state between calls.
 */
export interface Sampler {
  /**
   * How far proposals look back: trial `index` is proposed from the outcomes of trials 0 to `index - lag` alone, and
   * those after them count as running, whatever they are. So the list of trials does not depend on how many run at
   * once. null: outcomes play no part, trials can be proposed long before.
   */
  readonly lag: number | null;
  /**
   * Parameters of trial `index`; null once the space is exhausted.
   * @param history trials 0 to `index - 1`, in order; those within `lag` are shown as running, without reports.
   *   Empty where `lag` is null: such a sampler looks at none
   */
  propose(index: number, history: readonly TrialRecord[]): TrialParams | null;
}
