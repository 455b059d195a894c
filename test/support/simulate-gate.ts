/** The gate over simulated trainings: how often it promotes what is no better, and finds what is. */
import type { Look } from '../../contracts/test-part-looks.ts';
import { takeLook } from '../../policy/gate/alpha-ledger.ts';
import { compareUsers } from '../../policy/gate/compare-users.ts';
import { decideGate } from '../../policy/gate/decide-gate.ts';
import { effectSize } from '../../policy/gate/effect-size.ts';
import type { PairedUsers } from '../../policy/gate/paired-differences.ts';
import { gateConfig } from './experiment-fixtures.ts';
import { simulatePart } from './simulated-users.ts';

export const GATE = gateConfig({ model_name: 'simulated', min_ndcg_at_10: 0 });

/** Below this many standard errors no interval of 95 % or more lies above 0: its resamples are spared. */
const NEVER_SUPERIOR = 1.5;

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Whether the gate promotes, with an interval of this confidence. */
export const isPromoted = (pair: PairedUsers, confidence: number, seed: number): boolean => {
  const { effectSize: effect } = effectSize(pair, confidence);
  if (effect === null || effect * Math.sqrt(pair.candidate.length) < NEVER_SUPERIOR) {
    return false;
  }
  const verdict = decideGate(
    { ...GATE, confidence },
    {
      candidate: { version: '2', run_id: 'candidate', ndcg_at_10: meanOf(pair.candidate) },
      champion: { version: '1', run_id: 'champion', ndcg_at_10: meanOf(pair.champion) },
      ...compareUsers({ ...pair, confidence, seed }),
      ...{ dcg: null, guards: [], ancestor: null },
      comparedWith: '1',
      championProblem: null,
    },
  );
  return verdict.decision === 'promoted';
};

/** Means on the test part, for gates that see no more. */
export interface PointPair {
  readonly candidate: number;
  readonly champion: number;
}

export const pointPair = ({ candidate, champion }: PairedUsers): PointPair => ({
  candidate: meanOf(candidate),
  champion: meanOf(champion),
});

export interface SimulatedSweep {
  readonly isPromoted: boolean;
  /** The gate asked on the part that chose the trial. */
  readonly isPromotedOnChoosing: boolean;
  readonly means: PointPair;
}

const TRIALS = 10;

/** A sweep of equal trials: the best one on validation users is held against the champion on test users. */
export const simulateSweep = (options: { readonly users: number; readonly seed: number }): SimulatedSweep => {
  const { seed } = options;
  const validation = simulatePart({ ...options, seed: 2 * seed });
  const trials = Array.from({ length: TRIALS }, () => validation.train(0));
  const [best = validation.champion] = trials.sort((a, b) => meanOf(b) - meanOf(a));
  const test = simulatePart({ ...options, seed: 2 * seed + 1 });
  const pair = { candidate: test.train(0), champion: test.champion };
  return {
    isPromoted: isPromoted(pair, GATE.confidence, seed),
    isPromotedOnChoosing: isPromoted({ candidate: best, champion: validation.champion }, GATE.confidence, seed),
    means: pointPair(pair),
  };
};

export interface SimulatedYear {
  /** Whether any of the retrains was promoted, at the level that its look was given. */
  readonly isPromoted: boolean;
  /** With the full level for every look. */
  readonly isPromotedAtFullLevel: boolean;
  readonly means: readonly PointPair[];
}

/** Retrains that are no better, each held against the same champion on the same users. */
export const simulateYear = ({
  users,
  retrains,
  seed,
}: {
  readonly users: number;
  readonly retrains: number;
  readonly seed: number;
}): SimulatedYear => {
  const { champion, train } = simulatePart({ users, seed });
  const looks: Look[] = [];
  const year = { isPromoted: false, isPromotedAtFullLevel: false, means: [] as PointPair[] };
  for (let retrain = 1; retrain <= retrains; retrain += 1) {
    const pair = { candidate: train(0), champion };
    const look = takeLook(looks, {
      key: `${retrain}`,
      at: '',
      stated_confidence: GATE.confidence,
      dataset_version: 'simulated',
      starts_at: '2026-01-01T00:00:00.000Z',
      ends_at: '2026-02-01T00:00:00.000Z',
      rows_digest: '',
      users,
    });
    looks.push(look);
    year.isPromoted ||= !look.is_used_up && isPromoted(pair, look.confidence, seed + retrain);
    year.isPromotedAtFullLevel ||= isPromoted(pair, GATE.confidence, seed + retrain);
    year.means.push(pointPair(pair));
  }
  return year;
};
