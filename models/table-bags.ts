/** What users and items of a step look up in the embedding tables. */
import { type Architecture, isTable, SIDES, type Side } from './architecture.ts';
import { type Bags, singleRows } from './bags.ts';
import type { Features } from './features.ts';
import { type HistoryStep, historyBags } from './history.ts';
import type { TableBags } from './parameter-store.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from './prng.ts';
import type { StepPosition } from './tower.ts';

/** A training step: ids are dropped, and histories leave out what is asked about. */
export interface LookUpStep {
  readonly position: StepPosition;
  readonly isTarget: HistoryStep['isTarget'];
}

/** Rows of the id table, some of them taken for unknown in training. */
const idRowsOf = (idRows: Int32Array, index: Int32Array, share: number, seed: number | null): Int32Array => {
  const next = createGenerator(seed ?? 0);
  return index.map((entity) => (seed !== null && toUnit(next()) < share ? 0 : (idRows[entity] ?? 0)));
};

/**
 * @param entities indices of each side; null where a side is not embedded
 * @param step null outside training: known ids are known, and histories are whole
 */
export const tableBags = (
  { architecture, features }: { readonly architecture: Architecture; readonly features: Features },
  entities: Readonly<Record<Side, Int32Array | null>>,
  step: LookUpStep | null,
): TableBags => {
  const seedOf = (stream: number, side: Side): number | null =>
    step && combineSeeds(step.position.seed, stream, step.position.epoch, step.position.step, SIDES.indexOf(side));
  return architecture.pieces.filter(isTable).map(({ side, kind }): Bags | null => {
    const index = entities[side];
    const { idRows, histories } = features[side];
    if (index === null) {
      return null;
    }
    if (kind === 'history') {
      const seed = seedOf(STREAM.history, side) ?? 0;
      return histories && historyBags(histories, index, step && { isTarget: step.isTarget, seed });
    }
    const { idDropout } = architecture[side];
    return idRows && singleRows(idRowsOf(idRows, index, idDropout, seedOf(STREAM.unknown, side)), idDropout > 0);
  });
};
