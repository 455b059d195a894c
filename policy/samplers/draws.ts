/** Independent or evenly spread draws from a space, as a sequence. */
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { TrialParams } from '../../contracts/trial.ts';
import { valueAtUnit } from '../space/domain.ts';
import { enumeratePoints } from '../space/enumerate.ts';
import { buildPoint, type Space } from '../space/space.ts';

/** A number in [0, 1) for each axis. */
export type DrawUnits = (axes: number) => readonly number[];

/** Draws in a row that bring nothing new; after so many, what is left of a small space is taken in its order. */
const MAX_FRUITLESS_DRAWS = 10_000;

export const pointAtUnits = (space: Space, units: readonly number[]): TrialParams | null => {
  let place = 0;
  return buildPoint(space, ({ domain }) => {
    const unit = units[place] ?? 0;
    place += 1;
    return valueAtUnit(domain, unit);
  });
};

/** Distinct points of the space; ends when a space of finitely many points has no more. */
export function* drawPoints(space: Space, isCountable: boolean, draw: DrawUnits): Generator<TrialParams, void> {
  const seen = new Set<string>();
  for (let fruitless = 0; fruitless < MAX_FRUITLESS_DRAWS; fruitless += 1) {
    const point = pointAtUnits(space, draw(space.axes.length));
    const text = point === null ? null : canonicalJson(point);
    if (point !== null && text !== null && !seen.has(text)) {
      seen.add(text);
      fruitless = 0;
      yield point;
    }
  }
  if (isCountable) {
    yield* enumeratePoints(space);
  }
}
