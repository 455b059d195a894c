/** What users and items of a step look up in the embedding tables. */
import { missing } from '../../contracts/element-at.ts';
import { combineSeeds, createGenerator, STREAM, toUnit } from '../numerics/prng.ts';
import type { TableBags } from '../training/parameter-store.ts';
import { type Architecture, isTable, SIDES, type Side } from './architecture.ts';
import { type Bags, singleRows } from './bags.ts';
import type { Features } from './features.ts';
import { type HistoryStep, historyBags } from './history.ts';
import type { StepPosition } from './tower.ts';

/** A training step: ids are dropped, and histories leave out what is asked about. */
export interface LookUpStep {
  readonly position: StepPosition;
  readonly isTarget: HistoryStep['isTarget'];
}

/** Places of entities that a training step takes for new: it knows neither their ids nor what they did. */
const drawUnknown = (count: number, share: number, seed: number): Uint8Array => {
  const next = createGenerator(seed);
  return Uint8Array.from({ length: count }, () => (toUnit(next()) < share ? 1 : 0));
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
  const seedOf = (stream: number, side: Side): number =>
    step === null
      ? 0
      : combineSeeds(step.position.seed, stream, step.position.epoch, step.position.step, SIDES.indexOf(side));
  return architecture.pieces.filter(isTable).map(({ side, kind }): Bags | null => {
    const index = entities[side];
    const { idRows, histories } = features[side];
    const { idDropout, historyDropout: dropout } = architecture[side];
    if (index === null) {
      return null;
    }
    // The same for both tables of a side.
    const drawn = step && {
      isTarget: step.isTarget,
      unknown: drawUnknown(index.length, idDropout, seedOf(STREAM.unknown, side)),
    };
    if (kind === 'history') {
      const seed = seedOf(STREAM.history, side);
      return histories && historyBags(histories, index, drawn && { ...drawn, dropout, seed });
    }
    if (idRows === null) {
      return null;
    }
    const rowOf = (entity: number, place: number): number =>
      drawn?.unknown[place] === 1 ? 0 : (idRows[entity] ?? missing(idRows, entity));
    return singleRows(index.map(rowOf), idDropout > 0);
  });
};
