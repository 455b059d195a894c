/** What is left of a sweep to train, as far as its rungs and decisions tell. Pure. */
import { elementAt } from '../../contracts/element-at.ts';
import type { ExpectedWork } from '../../contracts/sweep.ts';
import { rungsOf, type SweepRules, type SweepState } from './sweep.ts';
import { hasEnded, type SweepTrial } from './sweep-trial.ts';

/** Trials by which what the scheduler is known for counts beside what it has decided. */
const PRIOR_TRIALS = 2;

/** One rung of one group of trials. */
interface RungRecord {
  /** Trials that have come to its end and were decided about, or ended there by themselves. */
  settled: number;
  /** Of them, those that went on. */
  passed: number;
}

const recordsOf = ({ scheduler }: SweepRules, trials: readonly SweepTrial[]): ReadonlyMap<string, RungRecord> => {
  const records = new Map<string, RungRecord>();
  for (const trial of trials) {
    const group = scheduler.group(trial.index);
    for (const place of trial.reports.keys()) {
      const decision = trial.decisions[place];
      if (decision === undefined && !hasEnded(trial)) {
        continue;
      }
      const key = `${group}/${place}`;
      const record = records.get(key) ?? { settled: 0, passed: 0 };
      record.settled += 1;
      record.passed += decision?.kind === 'continue' ? 1 : 0;
      records.set(key, record);
    }
  }
  return records;
};

/**
 * The mean over what may be decided: a trial counts at each rung to come by how many went on past the rungs before it.
 * Counted from each trial's last report; what it has trained since is known to its worker alone.
 * @param trialCount trials in all, those not proposed yet among them; null where it is not known
 */
export const expectedWork = (rules: SweepRules, state: SweepState, trialCount: number | null): ExpectedWork => {
  const { scheduler } = rules;
  const records = recordsOf(rules, state.trials);
  const passes = (group: number, place: number): number => {
    const { settled, passed } = records.get(`${group}/${place}`) ?? { settled: 0, passed: 0 };
    return (passed + PRIOR_TRIALS * scheduler.keptShare) / (settled + PRIOR_TRIALS);
  };
  let epochs = 0;
  let trainings = 0;
  const add = (trial: Pick<SweepTrial, 'index' | 'params' | 'reports'>, isUndecided: boolean): void => {
    const rungs = rungsOf(rules, trial);
    const group = scheduler.group(trial.index);
    const done = trial.reports.length;
    let share = isUndecided ? passes(group, done - 1) : 1;
    for (let place = done; place < rungs.length; place += 1) {
      const before = place === 0 ? 0 : elementAt(rungs, place - 1);
      epochs += share * (elementAt(rungs, place) - before);
      trainings += share;
      share *= passes(group, place);
    }
  };
  for (const trial of state.trials) {
    if (!hasEnded(trial) && !(state.isClosed && trial.state === 'pending')) {
      add(trial, trial.state === 'waiting');
    }
  }
  const planned = state.isClosed ? 0 : Math.max(0, (trialCount ?? 0) - state.trials.length);
  for (let place = 0; place < planned; place += 1) {
    add({ index: state.trials.length + place, params: {}, reports: [] }, false);
  }
  return { epochs, trainings };
};
