/** Every proposal made again, from the outcomes that it was shown then. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { trialIdOf } from '../../contracts/ids.ts';
import type { ReplayStep } from '../../contracts/replay.ts';
import type { RecordedTrial } from './recorded-trial.ts';
import type { SweepRules } from './sweep.ts';
import { hasEnded, recordOf, veiledRecordOf } from './sweep-trial.ts';

/** Trials whose outcomes the proposal of trial `index` looks at: those below this index. */
export const shownTo = ({ sampler }: Pick<SweepRules, 'sampler'>, index: number): number =>
  sampler.lag === null ? 0 : Math.max(0, index - sampler.lag + 1);

const propose = (rules: SweepRules, trials: readonly RecordedTrial[], index: number) => {
  const shown = shownTo(rules, index);
  const history = trials
    .slice(0, index)
    .map((trial) => (trial.index < shown ? recordOf(trial) : veiledRecordOf(trial)));
  return rules.sampler.propose(index, history);
};

export const replayProposals = (rules: SweepRules, trials: readonly RecordedTrial[]): readonly ReplayStep[] =>
  trials.map(({ index, params }): ReplayStep => {
    const shown = trials.slice(0, shownTo(rules, index));
    const step = {
      subject: 'proposal',
      trialId: trialIdOf(index),
      epoch: null,
      recorded: canonicalJson(params),
    } as const;
    const proposed = propose(rules, trials, index);
    const derived = proposed === null ? 'the space is exhausted' : canonicalJson(proposed);
    if (derived === step.recorded) {
      return { ...step, verdict: 'agrees', derived };
    }
    // What it was shown was a failure; what is recorded is how the trial ended when it was tried again.
    const isChanged = shown.some((trial) => trial.attempt > 1 || !hasEnded(trial));
    return isChanged
      ? { ...step, verdict: 'unknown', derived: 'a trial that it looked at was retried afterwards' }
      : { ...step, verdict: 'differs', derived };
  });

/** Whether there were as many trials as there had to be. @param isClosed a budget ended the sweep, or a person did */
export const replayCount = (
  rules: SweepRules,
  trials: readonly RecordedTrial[],
  isClosed: boolean,
): readonly ReplayStep[] => {
  const isComplete = trials.length >= rules.maxTrials || propose(rules, trials, trials.length) === null;
  if (isClosed && !isComplete) {
    return [];
  }
  const recorded = `${trials.length} trials`;
  const step = { subject: 'count', trialId: null, epoch: null, recorded } as const;
  return [
    isComplete && trials.length <= rules.maxTrials
      ? { ...step, verdict: 'agrees', derived: recorded }
      : { ...step, verdict: 'differs', derived: isComplete ? `at most ${rules.maxTrials} trials` : 'a further trial' },
  ];
};
