/**
 * How much each parameter of a sweep mattered: functional analysis of variance on a random forest.
 * Source: Hutter, Hoos, Leyton-Brown 2014. Why no library: docs/adr/0012-importances-and-plots.md.
 */
import { elementAt } from '../../contracts/element-at.ts';
import type { SearchParameter } from '../../contracts/experiment-config.ts';
import type { ParameterImportances } from '../../contracts/importance.ts';
import type { TrialRecord } from '../../contracts/sweep.ts';
import { createRng, deriveSeed } from '../rng.ts';
import { encodeParams } from './encode-params.ts';
import { explainedShares } from './marginal-variance.ts';
import { growTree } from './regression-tree.ts';

export interface ImportanceInput {
  readonly trials: readonly TrialRecord[];
  /** Says which parameters are choices and which are drawn on a logarithmic scale; may be empty. */
  readonly space: Readonly<Record<string, SearchParameter>>;
  readonly seed: number;
}

const TREES = 64;
/** Fewer say nothing. */
const LEAST_TRIALS = 4;
/** Of more trials each tree sees a sample: bounds time and memory for sweeps of thousands. */
const MOST_ROWS = 512;

const unknown = (reason: string): ParameterImportances => ({ kind: 'unknown', reason });

/**
 * Completed trials alone: where a pruned one would have ended is not known. Shares of parameters that act only together
 * with others are left out before all are scaled to 1. Ordered by share, then by key; the same input gives the same
 * shares.
 */
export const parameterImportances = ({ trials, space, seed }: ImportanceInput): ParameterImportances => {
  const completed = trials.flatMap(({ status, params, value }) =>
    status === 'completed' && value !== null && Number.isFinite(value) ? [{ params, value }] : [],
  );
  if (completed.length < LEAST_TRIALS) {
    return unknown(`${completed.length} trials completed with a value, at least ${LEAST_TRIALS} are needed`);
  }
  const targets = completed.map(({ value }) => value);
  if (new Set(targets).size < 2) {
    return unknown(`All ${completed.length} completed trials have the same value, at least two must differ`);
  }
  const columns = encodeParams(
    completed.map(({ params }) => params),
    space,
  );
  const rng = createRng(deriveSeed(seed, 'importances'));
  const rowCount = Math.min(completed.length, MOST_ROWS);
  const trees = Array.from({ length: TREES }, () => {
    const rows = Array.from({ length: rowCount }, () => rng.below(completed.length));
    return explainedShares(growTree({ columns, targets, rows, rng }), columns);
  }).filter((shares) => shares !== null);
  const sums = columns.map((_column, index) => trees.reduce((sum, shares) => sum + elementAt(shares, index), 0));
  const total = sums.reduce((sum, share) => sum + share, 0);
  if (!(total > 0)) {
    return unknown('No parameter explains any difference between the trials');
  }
  return {
    kind: 'measured',
    trials: completed.length,
    shares: columns
      .map(({ key }, index) => ({ key, share: elementAt(sums, index) / total }))
      .sort((one, other) => other.share - one.share || (one.key < other.key ? -1 : 1)),
  };
};
