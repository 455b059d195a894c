/** Independent or evenly spread draws from a space, as a sequence. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { valueAtUnit } from '../space/domain.ts';
import { enumeratePoints } from '../space/enumerate.ts';
import { isCountable } from '../space/size.ts';
import { buildPoint, type Space } from '../space/space.ts';

/** The next number in [0, 1) for each axis, those of axes that turn out to be no part of the trial among them. */
export type DrawUnits = () => readonly number[];

/** Draws in a row that bring nothing new; after so many, what is left of a countable space is taken in its order. */
const MAX_FRUITLESS_DRAWS = 10_000;

/** Distinct points of the space; ends when a countable space has no more. */
export function* drawPoints(space: Space, drawUnits: DrawUnits): Generator<TrialParams, void> {
  const seen = new Set<string>();
  for (let fruitless = 0; fruitless < MAX_FRUITLESS_DRAWS; fruitless += 1) {
    const units = drawUnits();
    const visit = buildPoint(space, ({ domain }, place) => valueAtUnit(domain, elementAt(units, place)));
    const text = visit.kind === 'point' ? canonicalJson(visit.params) : '';
    if (visit.kind === 'point' && !seen.has(text)) {
      seen.add(text);
      fruitless = 0;
      yield visit.params;
    }
  }
  if (isCountable(space)) {
    yield* enumeratePoints(space);
  }
}
