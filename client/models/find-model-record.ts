import { nearestName } from '../../config/nearest.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';

const MOST_NAMES = 10;

const hintFor = (name: string, names: readonly string[]): string => {
  if (names.length === 0) {
    return 'The registry is empty: `tt-exp run <config>` registers models.';
  }
  const nearest = nearestName(name, names);
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const all = names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
  return nearest === null ? `Registered: ${all}.` : `Did you mean ${nearest}? \`tt-exp models\` lists them all.`;
};

/** Throws MODEL_NOT_FOUND. */
export const findModelRecord = (known: readonly RegisteredModelRecord[], name: string): RegisteredModelRecord => {
  const found = known.find((model) => model.name === name);
  if (found === undefined) {
    throw new TtExpError('MODEL_NOT_FOUND', `model: got ${JSON.stringify(name)}, expected a registered model`, {
      hint: hintFor(
        name,
        known.map((model) => model.name),
      ),
    });
  }
  return found;
};
