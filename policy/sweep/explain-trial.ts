/** Puts into words why one trial ran, went on, ended and was chosen, from recorded facts. */

import { hasChosen, type SweepFacts } from '../../contracts/experiment.ts';
import type { TrialExplanation } from '../../contracts/explanation.ts';
import { shownTraining, type TrialView } from '../../contracts/trial.ts';
import { bestTrial, isBetter, isRanked } from '../ranking.ts';
import { firstInformedTrial } from '../samplers/tpe/tpe.ts';
import { shownTo } from './replay-proposals.ts';
import { decisionAt, type RungFacts } from './replay-rungs.ts';
import { type Curves, replaySweep, rungFactsOf } from './replay-sweep.ts';
import { rungsOf, type SweepRules } from './sweep.ts';

type Facts = Omit<SweepFacts, 'format'>;

const inWords = (value: number): string => String(Number(value.toPrecision(6)));

const explainProposal = (facts: Facts, rules: SweepRules, index: number): TrialExplanation['proposal'] => {
  const { sweep } = facts.config;
  if (sweep === null) {
    const sentence = 'It is the only trial of an experiment without a sweep, with the settings of the config.';
    return { by: 'only', sampler: null, from: [], sentence };
  }
  const { sampler } = sweep;
  if (index < sweep.enqueue.length) {
    const sentence = `It was enqueued: number ${index + 1} of sweep.enqueue.`;
    return { by: 'enqueued', sampler, from: [], sentence };
  }
  const first = sampler === 'tpe' ? firstInformedTrial(sweep.tpe, sweep.enqueue.length) : 0;
  if (index < first) {
    const sentence = `It is one of the first ${first} trials, which are spread evenly; TPE uses outcomes from trial ${first + 1} on.`;
    return { by: 'sampler', sampler, from: [], sentence };
  }
  const shown = facts.snapshot.trials.slice(0, shownTo(rules, index));
  if (shown.length === 0) {
    const why = rules.sampler.lag === null ? 'outcomes of other trials play no part' : 'no outcome was known yet';
    return {
      by: 'sampler',
      sampler,
      from: [],
      sentence: `Sampler ${sampler} proposed it as point ${index + 1}: ${why}.`,
    };
  }
  const from = shown.map(({ trialId }) => trialId);
  const best = bestTrial(shown, facts.snapshot.objective.direction);
  const bestText = best === null ? 'none with a value' : `the best ${best.trialId} with ${inWords(best.value)}`;
  const hidden = index - shown.length;
  const rest = hidden === 0 ? '' : `; the ${hidden} after them counted as running`;
  const range = from.length === 1 ? from[0] : `${from[0]} to ${from.at(-1)}`;
  const sentence = `Sampler ${sampler} proposed it from the outcomes of ${range}, ${bestText}${rest}.`;
  return { by: 'sampler', sampler, from, sentence };
};

const explainRungs = (facts: RungFacts, index: number): TrialExplanation['rungs'] => {
  const trial = facts.trials[index];
  if (trial === undefined) {
    return [];
  }
  const { budgetReason } = facts;
  const isWhole = trial.state === 'completed';
  const rungs = rungsOf(facts.rules, trial);
  return trial.reports.map(({ epoch, value }, rung) => {
    const isLatest = rung === trial.reports.length - 1;
    const base = { epoch, value };
    if (rung >= rungs.length - 1 || (isLatest && isWhole)) {
      const early = epoch < facts.rules.maxEpochsOf(trial.params) ? 'it stopped by itself' : 'its last epoch';
      return { ...base, decision: 'last', sentence: `Epoch ${epoch}: ${inWords(value)}, ${early}.` } as const;
    }
    const decision = decisionAt(facts, trial, rung);
    const isOpen = isLatest && trial.state !== 'failed' && !(trial.state === 'pruned' && trial.reason !== budgetReason);
    if (decision === null || isOpen) {
      return {
        ...base,
        decision: 'open',
        sentence: `Epoch ${epoch}: ${inWords(value)}, no decision was made.`,
      } as const;
    }
    const verb = decision.kind === 'prune' ? 'ended' : 'went on';
    return { ...base, decision: decision.kind, sentence: `Epoch ${epoch}: ${verb}. ${decision.reason}.` };
  });
};

const explainEnd = ({ snapshot }: Pick<Facts, 'snapshot'>, trial: TrialView): string => {
  const { status, error, reason, attempt, isReused, runId } = trial;
  const training = shownTraining(trial);
  const trained =
    training === null
      ? 'before its first epoch ended'
      : `after ${training.epochs} ${training.epochs === 1 ? 'epoch' : 'epochs'}, the best being epoch ${training.bestEpoch}`;
  const again = attempt > 1 ? ` This was attempt ${attempt}.` : '';
  switch (status) {
    case 'pending':
      return snapshot.status === 'running'
        ? `It is waiting for a slot.${again}`
        : `It was not started: the experiment ended before its turn.${again}`;
    case 'running':
      return `It is running.${again}`;
    case 'cached':
      return `Nothing was trained: run ${runId ?? 'unknown'} has the result of an identical trial.${again}`;
    case 'completed':
      return `It completed ${trained}.${again}`;
    case 'pruned': {
      const reused = isReused ? ' Its reports were taken from an identical trial.' : '';
      return `It was pruned ${trained}: ${reason ?? 'no reason was kept'}.${reused}${again}`;
    }
    case 'cancelled':
      return `It was cancelled ${trained}: ${reason ?? 'no reason was kept'}.${again}`;
    case 'failed':
      return `It failed${training === null ? '' : ` ${trained}`}: ${error?.code ?? 'INTERNAL'}: ${error?.message ?? 'no cause was kept'}.${again}`;
  }
};

const explainStanding = ({ snapshot }: Pick<Facts, 'snapshot'>, trial: TrialView): TrialExplanation['standing'] => {
  const { trials, bestTrialId, objective } = snapshot;
  if (!isRanked(trial)) {
    return null;
  }
  const { trialId, value } = trial;
  const ranked = trials.filter(isRanked);
  const place = 1 + ranked.filter((other) => isBetter(objective.direction, other.value, value)).length;
  const isBest = trialId === bestTrialId;
  const others = ranked.filter((one) => one.trialId !== trialId);
  const other = bestTrial(others, objective.direction);
  const text = `${objective.metric} ${inWords(value)}`;
  const base = { value, place, of: ranked.length, isBest };
  if (other === null) {
    return { ...base, other, sentence: `With validation ${text} it is the only trial with a value.` };
  }
  const margin = Math.abs(value - other.value);
  const [top, worse, better] =
    objective.direction === 'maximise' ? ['highest', 'less', 'more'] : ['lowest', 'more', 'less'];
  const [best, notBest] = hasChosen(snapshot)
    ? ['It was chosen', 'It was not chosen']
    : ['It is the best so far', 'It is not the best so far'];
  const [otherValue, difference] = [inWords(other.value), inWords(margin)];
  const sentence = isBest
    ? `${best}: validation ${text} is the ${top} of ${ranked.length}; next is ${other.trialId} with ${otherValue}, ${difference} ${worse}.`
    : `${notBest}: validation ${text} is number ${place} of ${ranked.length}; ${other.trialId} has ${otherValue}, ${difference} ${better}.`;
  return { ...base, other: { trialId: other.trialId, value: other.value, margin }, sentence };
};

/** Pure. @param trial one of those of the snapshot */
export const explainTrial = (facts: Facts, trial: TrialView, curves: Curves = {}): TrialExplanation => {
  const { trialId } = trial;
  const index = facts.snapshot.trials.indexOf(trial);
  const rungFacts = rungFactsOf(facts);
  const { steps } = replaySweep(facts, curves);
  return {
    trialId,
    status: trial.status,
    params: trial.params,
    proposal: explainProposal(facts, rungFacts.rules, index),
    rungs: explainRungs(rungFacts, index),
    end: explainEnd(facts, trial),
    standing: explainStanding(facts, trial),
    differences: steps
      .filter((step) => step.trialId === trialId && step.verdict === 'differs')
      .map(({ subject, recorded, derived }) => `${subject}: recorded ${recorded}, replayed ${derived}`),
  };
};
