/** Spaces with conditions and constraints, sampled in every way, and sweeps that run on any number of slots. */
import fc from 'fast-check';
import type { ResolvedSweep } from '../../../../contracts/resolved-config.ts';
import type { TrialRecord } from '../../../../contracts/sweep.ts';
import type { TrialParams } from '../../../../contracts/trial.ts';
import { createRng } from '../../../../policy/rng.ts';
import { createSampler } from '../../../../policy/samplers/create-sampler.ts';
import { sweepSettings } from '../../../support/experiment-fixtures.ts';

export const SAMPLERS = ['grid', 'random', 'halton', 'tpe'] as const;

/** `mode` decides about `depth` and `share`; every width of 8 to 64 in eighths; a grid can list it. */
export const sweepOf = (sampler: ResolvedSweep['sampler'], change: Partial<ResolvedSweep> = {}): ResolvedSweep =>
  sweepSettings({
    sampler,
    space: {
      'model.depth': { int: { low: 1, high: 6 }, when: { 'model.mode': ['deep'] } },
      'model.mode': { choice: ['flat', 'deep', 'wide'] },
      'model.share': { float: { low: 0, high: 1, step: 0.125 }, when: { 'model.mode': ['deep', 'wide'] } },
      'model.width': { int: { low: 8, high: 64, step: 8 } },
    },
    constraints: ["model.mode != 'deep' or model.width * model.depth <= 128", 'model.width != 24'],
    tpe: { startup_trials: 5, candidates: 12, proposal_lag: 4 },
    base: { 'model.depth': 1, 'model.share': 0 },
    ...change,
  });

export const isPoint = (params: TrialParams): boolean => {
  const { 'model.mode': mode, 'model.depth': depth, 'model.share': share, 'model.width': width } = params;
  const isInSpace =
    ['flat', 'deep', 'wide'].includes(String(mode)) &&
    Number(width) % 8 === 0 &&
    Number(width) >= 8 &&
    Number(width) <= 64;
  const hasDepth = depth === undefined || (Number.isInteger(depth) && Number(depth) >= 1 && Number(depth) <= 6);
  const hasShare = share === undefined || ((Number(share) * 8) % 1 === 0 && Number(share) >= 0 && Number(share) <= 1);
  const isConditional = (depth !== undefined) === (mode === 'deep') && (share !== undefined) === (mode !== 'flat');
  const isFeasible = (mode !== 'deep' || Number(width) * Number(depth) <= 128) && width !== 24;
  return isInSpace && hasDepth && hasShare && isConditional && isFeasible;
};

/** What came of a trial: a function of its place and parameters. */
export const outcomeOf = (
  index: number,
  params: TrialParams,
  seed: number,
): Pick<TrialRecord, 'status' | 'value' | 'reports'> => {
  const rng = createRng(seed * 1000 + index);
  const value =
    -Math.abs(Number(params['model.width']) - 40) / 40 - Number(params['model.share'] ?? 1) + 0.1 * rng.next();
  const fate = rng.next();
  if (fate < 0.15) {
    return { status: 'failed', value: null, reports: [] };
  }
  const epoch = fate < 0.35 ? 1 + rng.below(4) : 9;
  return { status: fate < 0.35 ? 'pruned' : 'completed', value, reports: [{ epoch, value, sequence: index }] };
};

/** The history that trial `index` is proposed from, all outcomes known. */
export const historyOf = (points: readonly TrialParams[], seed: number): readonly TrialRecord[] =>
  points.map((params, index) => ({ index, params, ...outcomeOf(index, params, seed) }));

export const runAlone = (sweep: ResolvedSweep, seed: number, trials: number): readonly TrialParams[] => {
  const sampler = createSampler(sweep, seed);
  const points: TrialParams[] = [];
  while (points.length < trials) {
    const point = sampler.propose(points.length, historyOf(points, seed));
    if (point === null) {
      break;
    }
    points.push(point);
  }
  return points;
};

interface Slot {
  readonly index: number;
  readonly endsAt: number;
}

/** Trials take random times; a trial starts where a slot is free and every outcome that it waits for is there. */
export const runOnSlots = (
  sweep: ResolvedSweep,
  seed: number,
  trials: number,
  slots: number,
): readonly TrialParams[] => {
  const sampler = createSampler(sweep, seed);
  const times = createRng(seed + slots);
  const points: TrialParams[] = [];
  const ended = new Set<number>();
  let running: readonly Slot[] = [];
  let now = 0;
  const isReady = (index: number): boolean =>
    sampler.lag === null ||
    Array.from({ length: Math.max(0, index - sampler.lag + 1) }, (_, at) => at).every((at) => ended.has(at));
  for (;;) {
    while (points.length < trials && running.length < slots && isReady(points.length)) {
      const index = points.length;
      const history = historyOf(points, seed).map(
        (record): TrialRecord =>
          ended.has(record.index) ? record : { ...record, status: 'running', value: null, reports: [] },
      );
      const point = sampler.propose(index, history);
      if (point === null) {
        return points;
      }
      points.push(point);
      running = [...running, { index, endsAt: now + times.next() }];
    }
    const [first] = running.toSorted((a, b) => a.endsAt - b.endsAt);
    if (first === undefined) {
      return points;
    }
    now = first.endsAt;
    ended.add(first.index);
    running = running.filter((slot) => slot !== first);
  }
};

export const seeds = fc.nat(1_000_000);
