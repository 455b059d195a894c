/** Runs a sweep against made-up trials: what each shows is a function of its parameters, when it ends is chance. */
import type { TrialParams } from '../../contracts/trial.ts';
import { createRng } from '../../policy/rng.ts';
import { createSweep, type SweepRules, type SweepState } from '../../policy/sweep/sweep.ts';

export interface Simulation {
  readonly rules: SweepRules;
  readonly slots: number;
  /** Of the order in which running trials end. */
  readonly seed: number;
  readonly shownAt: (params: TrialParams, epoch: number) => number;
  /** Epoch after which a trial stops by itself; null: it does not. */
  readonly stopsAt?: (params: TrialParams) => number | null;
  /** Takes the state through JSON into a new sweep after every so many events, as a workflow that goes on anew. */
  readonly renewEvery?: number;
  /** An earlier run of the same sweep: its trials' reports are known as soon as a trial begins. */
  readonly knownFrom?: SweepState;
}

export interface Simulated {
  readonly state: SweepState;
  readonly mostRunning: number;
  /** Epochs trained, over all trials. */
  readonly epochs: number;
}

export const simulateSweep = ({
  rules,
  slots,
  seed,
  shownAt,
  stopsAt,
  renewEvery,
  knownFrom,
}: Simulation): Simulated => {
  const rng = createRng(seed);
  let sweep = createSweep(rules);
  let running: { index: number; params: TrialParams; epochBudget: number }[] = [];
  let mostRunning = 0;
  let epochs = 0;
  for (let event = 1; !sweep.isDone; event += 1) {
    for (const move of sweep.next(slots - running.length)) {
      if (move.kind !== 'train') {
        continue;
      }
      const known = knownFrom?.trials[move.index];
      if (known !== undefined && sweep.state.trials[move.index]?.reports.length === 0) {
        const last = known.reports.length - 1;
        const isFinal = (rung: number): boolean => known.state === 'completed' && rung === last;
        sweep.recall(
          move.index,
          known.reports.map(({ epoch, value }, rung) => ({ epoch, value, isFinal: isFinal(rung) })),
        );
      } else {
        running.push(move);
      }
    }
    mostRunning = Math.max(mostRunning, running.length);
    const ended = running[rng.below(Math.max(1, running.length))];
    if (ended === undefined) {
      if (sweep.isDone || knownFrom !== undefined) {
        continue;
      }
      throw new Error('the sweep neither runs nor is done');
    }
    running = running.filter((trial) => trial !== ended);
    const own = stopsAt?.(ended.params) ?? null;
    const epoch = Math.min(ended.epochBudget, own ?? ended.epochBudget);
    epochs += epoch - (sweep.state.trials[ended.index]?.reports.at(-1)?.epoch ?? 0);
    sweep.report(ended.index, { epoch, value: shownAt(ended.params, epoch), isFinal: epoch < ended.epochBudget });
    if (renewEvery !== undefined && event % renewEvery === 0) {
      sweep = createSweep(rules, JSON.parse(JSON.stringify(sweep.state)) as SweepState);
    }
  }
  return { state: sweep.state, mostRunning, epochs };
};
