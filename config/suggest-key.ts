/** Which key of the config somebody meant with one that it does not have. */
import { foldName } from '../policy/nearest.ts';
import { nearestName } from './nearest.ts';
import { dereference, experimentSchema, type SchemaNode, SWEEPABLE_KEYS } from './schema.ts';
import { synonymsOf } from './synonyms.ts';

const placesBelow = (node: SchemaNode, prefix: string): readonly string[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    `${prefix}${key}`,
    ...placesBelow(dereference(child), `${prefix}${key}.`),
  ]);

const nameOf = (place: string): string => place.slice(place.lastIndexOf('.') + 1);

/** Every key that has a place of its own, such as `sweep.scheduler.reduction`. */
const PLACES = placesBelow(experimentSchema, '').filter((place) => place !== '$schema');

/** Names that say on their own what they mean, wherever they are written: not `type` or `view`. */
const TELLING = PLACES.filter(
  (place) => place === 'seed' || SWEEPABLE_KEYS.includes(place) || nameOf(place).includes('_'),
);

/** The one key of this name; of several, none is meant. */
const placesOf = (name: string): readonly string[] => {
  const places = TELLING.filter((place) => nameOf(place) === name);
  return places.length === 1 ? places : [];
};

/** A mapping of somebody's tables has words of its own. */
const isMapping = (parent: string): boolean => parent.startsWith('data.source');

/**
 * A bare name of `siblings`, or the whole place of a key that belongs elsewhere.
 * @param parent where the unknown key stands: `training`, or nothing for the whole config
 */
export const suggestKey = (parent: string, name: string, siblings: readonly string[]): string | null => {
  const word = foldName(name);
  const meant = [...synonymsOf(word), ...placesOf(word)];
  const isHere = (place: string): boolean =>
    siblings.includes(nameOf(place)) && (!place.includes('.') || place === `${parent}.${nameOf(place)}`);
  const here = meant.find(isHere);
  const elsewhere = isMapping(parent) ? undefined : meant.find((place) => PLACES.includes(place));
  return here === undefined ? (elsewhere ?? nearestName(name, siblings)) : nameOf(here);
};

/** For places that take dotted keys of model and training: a key without its section, `learning_rate`, is near too. */
export const suggestSweepableKey = (name: string): string | null => {
  const word = foldName(nameOf(name));
  const meant = synonymsOf(word).find((place) => SWEEPABLE_KEYS.includes(place));
  const bareNames = SWEEPABLE_KEYS.map((known) => known.slice(known.indexOf('.') + 1));
  const bare = meant === undefined ? nearestName(word, bareNames) : null;
  return (
    meant ??
    nearestName(name, SWEEPABLE_KEYS) ??
    (bare === null ? null : (SWEEPABLE_KEYS[bareNames.indexOf(bare)] ?? null))
  );
};
