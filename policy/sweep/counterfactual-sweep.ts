/** How a sweep would have gone under another config, as far as its recorded trials can tell. */
import type { SweepFacts } from '../../contracts/experiment.ts';
import { trialIdOf } from '../../contracts/ids.ts';
import { type Direction, objectiveOf } from '../../contracts/objective.ts';
import type { Counterfactual, CounterfactualTrial } from '../../contracts/replay.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { bestTrial } from '../ranking.ts';
import { type KnownTrial, lookUpTrials } from './known-curves.ts';
import { decideWithUnknown } from './possible-decisions.ts';
import type { Curves } from './replay-sweep.ts';
import { createSweep, type Sweep, type SweepMove, type SweepRules } from './sweep.ts';
import { sweepRules } from './sweep-rules.ts';
import type { SweepTrial } from './sweep-trial.ts';

const NEVER_TRAINED = 'no trial with these settings and data was recorded';
const NEEDS_UNKNOWN = 'its decision depends on a trial of which nothing later is known';

const beyond = ({ view }: KnownTrial, epoch: number): string =>
  `${view.trialId} was ${view.status} before epoch ${epoch}`;

/** Trials that the record says no more about: index to the first rung without a report, and why. */
type Unknown = Map<number, { readonly rung: number; readonly reason: string }>;

interface Replayed {
  readonly sweep: Sweep;
  readonly unknown: Unknown;
  /** From this trial on proposals rest on unknown outcomes; null: none does. */
  readonly unknownFrom: number | null;
}

/** The rules, told what is unknown: whatever rests on it becomes unknown too. */
const cautious = (rules: SweepRules, unknown: Unknown, noteProposal: (index: number) => void): SweepRules => ({
  ...rules,
  sampler: {
    lag: rules.sampler.lag,
    propose: (index, history) => {
      const isBlind = history.some(({ index: seen, status }) => status !== 'running' && unknown.has(seen));
      if (isBlind) {
        noteProposal(index);
        return null;
      }
      return rules.sampler.propose(index, history);
    },
  },
  scheduler: {
    ...rules.scheduler,
    decide: (question) => {
      const group = rules.scheduler.group(question.index);
      const peers = [...unknown.entries()].filter(
        ([index, { rung }]) =>
          rung <= question.rung &&
          rules.scheduler.group(index) === group &&
          (rules.mode === 'asynchronous' || index < question.index),
      );
      const decision = decideWithUnknown(
        rules.scheduler,
        question,
        peers.map(([index]) => index),
      );
      if (decision === null) {
        unknown.set(question.index, { rung: question.rung + 1, reason: NEEDS_UNKNOWN });
        return { kind: 'prune', reason: NEEDS_UNKNOWN };
      }
      return decision;
    },
  },
});

interface Running {
  readonly move: Extract<SweepMove, { kind: 'train' }>;
  readonly endsAt: number;
  readonly known: KnownTrial | null;
}

/** A made-up clock: trials take the seconds per epoch that they took, so that reports arrive in a likely order. */
const run = (
  rules: SweepRules,
  changed: ResolvedConfig,
  find: (params: SweepTrial['params']) => KnownTrial | null,
): Replayed => {
  const unknown: Unknown = new Map();
  let unknownFrom: number | null = null;
  const sweep = createSweep(
    cautious(rules, unknown, (index) => {
      unknownFrom = index;
    }),
  );
  const slots = changed.sweep?.max_parallel ?? 1;
  const target = changed.sweep?.target ?? Number.POSITIVE_INFINITY;
  let running: Running[] = [];
  let now = 0;

  const begin = (move: Running['move']): Running => {
    const known = find(move.params);
    const done = sweep.trial(move.index)?.reports.at(-1)?.epoch ?? 0;
    return { move, known, endsAt: now + (move.epochBudget - done) * (known?.secondsPerEpoch ?? 1) };
  };
  const end = ({ move: { index, epochBudget }, known }: Running): void => {
    const epoch = Math.min(epochBudget, known?.end ?? epochBudget);
    const value = known?.values.get(epoch);
    if (value === undefined) {
      const rung = sweep.trial(index)?.reports.length ?? 0;
      unknown.set(index, { rung, reason: known === null ? NEVER_TRAINED : beyond(known, epochBudget) });
      sweep.end(index, 'cancelled');
      return;
    }
    sweep.report(index, { epoch, value, isFinal: epoch < epochBudget });
    if (sweep.trial(index)?.state === 'completed' && value >= target) {
      sweep.setClosed(true);
    }
  };

  while (!sweep.isDone) {
    for (const move of sweep.next(slots - running.length)) {
      if (move.kind === 'train') {
        running.push(begin(move));
      }
    }
    const next = running.reduce<Running | null>(
      (first, one) => (first === null || one.endsAt < first.endsAt ? one : first),
      null,
    );
    if (next === null) {
      break;
    }
    running = running.filter((one) => one !== next);
    now = next.endsAt;
    end(next);
  }
  return { sweep, unknown, unknownFrom };
};

const describe = (
  { params, index, state, reports, decisions }: SweepTrial,
  unknown: Unknown,
  known: KnownTrial | null,
): CounterfactualTrial => {
  const blind = unknown.get(index);
  const outcome =
    blind !== undefined
      ? 'unknown'
      : state === 'pruned'
        ? 'pruned'
        : state === 'completed'
          ? 'completed'
          : 'not_started';
  return {
    trialId: trialIdOf(index),
    params,
    outcome,
    epochs: reports.at(-1)?.epoch ?? 0,
    value: reports.at(-1)?.value ?? null,
    reason: blind?.reason ?? (outcome === 'pruned' ? (decisions.at(-1)?.reason ?? null) : null),
    recorded:
      known === null
        ? null
        : { trialId: known.view.trialId, status: known.view.status, epochs: known.view.result?.epochs ?? 0 },
  };
};

const notesOf = (
  { snapshot }: Omit<SweepFacts, 'format'>,
  changed: ResolvedConfig,
  { unknownFrom }: Replayed,
): readonly string[] => [
  ...(changed.sweep?.scheduler.mode === 'asynchronous' && changed.sweep.scheduler.type !== 'none'
    ? [`reports are assumed to arrive at the recorded pace, with ${changed.sweep.max_parallel} trials at once`]
    : []),
  ...(changed.sweep?.max_seconds == null
    ? []
    : ['sweep.max_seconds is ignored: how long trials would wait is not known']),
  ...(snapshot.trials.some(({ status }) => status === 'failed')
    ? ['sweep.max_failures is ignored: whether a trial that failed would fail again is not known']
    : []),
  ...(unknownFrom === null
    ? []
    : [`trials from ${trialIdOf(unknownFrom)} on are unknown: their proposals depend on unknown outcomes`]),
];

const bestOf = (trials: readonly CounterfactualTrial[], direction: Direction): Counterfactual['best'] => {
  const known = trials.flatMap(({ trialId, outcome, value }) =>
    outcome === 'completed' || outcome === 'pruned' ? [{ trialId, status: outcome, value }] : [],
  );
  const best = bestTrial(known, direction);
  return best === null ? null : { trialId: best.trialId, value: best.value };
};

/** Pure. Nothing is invented: what recorded curves do not reach is `unknown`, with all that rests on it. */
export const counterfactualSweep = (
  facts: Omit<SweepFacts, 'format'>,
  changed: ResolvedConfig,
  curves: Curves = {},
): Counterfactual => {
  const rules = sweepRules(changed);
  const find = lookUpTrials(facts, curves, changed);
  const replayed = run(rules, changed, find);
  const { state } = replayed.sweep;
  const trials = state.trials.map((trial) => describe(trial, replayed.unknown, find(trial.params)));
  const least = trials.reduce((sum, { epochs }) => sum + epochs, 0);
  const open = state.trials.filter(({ index }) => replayed.unknown.has(index));
  const more = open.reduce(
    (sum, trial) => sum + rules.maxEpochsOf(trial.params) - (trial.reports.at(-1)?.epoch ?? 0),
    0,
  );
  return {
    trials,
    epochs: { least, most: least + more },
    recordedEpochs: facts.snapshot.trials.reduce((sum, { result }) => sum + (result?.epochs ?? 0), 0),
    best: bestOf(trials, objectiveOf(changed).direction),
    isBestCertain: replayed.unknown.size === 0 && replayed.unknownFrom === null,
    notes: notesOf(facts, changed, replayed),
  };
};
