/**
 * The latent space of the simulation: every developer's taste and every startup is a direction in it, and the affinity
 * of a pair is their dot product. Industries, fields of work, kinds of deal and stages are fixed directions, so
 * categories, skills and texts all tell of the place; the ceiling of learning is known.
 */
import { addAt, elementAt, missing } from '../../contracts/element-at.ts';
import { createStream, type RandomStream } from './random.ts';
import { INDUSTRIES, STACKS, STAGES, TYPES } from './vocabulary.ts';

export const LATENT_DIM = 5;
/** The latent axes, and one more for how much the crowd is drawn to a startup. */
export const FACTOR_DIM = LATENT_DIM + 1;
/** Affinity of a developer and a startup in the same direction. Choice follows softmax(affinity). */
export const AFFINITY_SCALE = 14;

const GROUPS = {
  industry: { size: INDUSTRIES.length, weight: 1 },
  stack: { size: STACKS.length, weight: 1 },
  type: { size: TYPES.length, weight: 0.5 },
  stage: { size: STAGES.length, weight: 0.5 },
} as const;
export type Group = keyof typeof GROUPS;
/** Length of what is one's own beside the categories: only texts and behaviour tell it. */
const OWN_WEIGHT = 0.5;

export const TEXT_DIM = 384;
/** Share of the startups' text directions that developers' texts use for the same meaning; the rest is turned away. */
const TEXT_ALIGNMENT = 0.15;
/** Length of the noise in a text embedding, beside a signal of length 1. */
const TEXT_NOISE = 0.3;
/** Sentence embeddings share a direction: any two texts have a cosine well above 0. */
const TEXT_CENTRE = 0.5;

/** The meaning of words does not depend on the seed of the data: a constant. */
const WORLD_SEED = 20_240_501;

const gaussian = (name: string, length: number, scale: number): Float64Array => {
  const random = createStream(WORLD_SEED, name);
  return Float64Array.from({ length }, () => random.normal() * scale);
};

/** `vector` scaled to the given length, in place. */
const toLength = (vector: Float64Array, length: number): Float64Array => {
  let squares = 0;
  for (const value of vector) {
    squares += value * value;
  }
  const scale = squares === 0 ? 0 : length / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index += 1) {
    vector[index] = (vector[index] ?? missing(vector, index)) * scale;
  }
  return vector;
};

/** Directions of the entries of each group, [size, LATENT_DIM]: as far apart as pushing them from each other gets them. */
const DIRECTIONS: Readonly<Record<Group, readonly Float64Array[]>> = (() => {
  const spread = (group: Group): Float64Array[] => {
    const directions = Array.from({ length: GROUPS[group].size }, (_, entry) =>
      toLength(gaussian(`${group}-${entry}`, LATENT_DIM, 1), 1),
    );
    for (let round = 0; round < 200; round += 1) {
      for (const one of directions) {
        const push = new Float64Array(LATENT_DIM);
        for (const other of directions) {
          if (other !== one) {
            const away = one.map((value, axis) => value - (other[axis] ?? missing(other, axis)));
            const distance = away.reduce((sum, value) => sum + value ** 2, 0) + 0.01;
            away.forEach((value, axis) => {
              addAt(push, axis, value / (distance * distance));
            });
          }
        }
        toLength(push, 0.05);
        push.forEach((value, axis) => {
          addAt(one, axis, value);
        });
        toLength(one, 1);
      }
    }
    return directions;
  };
  return { industry: spread('industry'), stack: spread('stack'), type: spread('type'), stage: spread('stage') };
})();

/** Weights of the entries of each group. */
export type Profile = Readonly<Record<Group, ArrayLike<number>>>;

/** Unit vector [LATENT_DIM] of a profile, with something of its own. */
export const locate = (profile: Profile, random: RandomStream): Float64Array => {
  const place = toLength(
    Float64Array.from({ length: LATENT_DIM }, () => random.normal()),
    OWN_WEIGHT,
  );
  for (const group of Object.keys(GROUPS) as Group[]) {
    const part = new Float64Array(LATENT_DIM);
    DIRECTIONS[group].forEach((direction, entry) => {
      const weight = elementAt(profile[group], entry);
      direction.forEach((value, axis) => {
        addAt(part, axis, value * weight);
      });
    });
    toLength(part, GROUPS[group].weight);
    part.forEach((value, axis) => {
      addAt(place, axis, value);
    });
  }
  return toLength(place, 1);
};

/** The direction of one entry of a group, [LATENT_DIM]. */
export const directionOf = (group: Group, entry: number): Float64Array => elementAt(DIRECTIONS[group], entry);

export interface TextSpace {
  /** Unit-length simulated sentence embedding of a text that tells `place`. */
  embed(place: Float64Array, random: RandomStream): Float32Array;
}

const spaceOf = (basis: Float64Array, centre: Float64Array): TextSpace => ({
  embed: (place, random) => {
    const noise = TEXT_NOISE / Math.sqrt(TEXT_DIM);
    const text = centre.map((value) => value + noise * random.normal());
    place.forEach((value, axis) => {
      for (let column = 0; column < TEXT_DIM; column += 1) {
        const part = basis[axis * TEXT_DIM + column] ?? missing(basis, axis * TEXT_DIM + column);
        text[column] = (text[column] ?? missing(text, column)) + value * part;
      }
    });
    return Float32Array.from(toLength(text, 1));
  },
});

/** Developers write about themselves and startups about their product: partly the same words, partly others. */
export const createTextSpaces = (): { readonly user: TextSpace; readonly item: TextSpace } => {
  const scale = 1 / Math.sqrt(TEXT_DIM);
  const itemBasis = gaussian('item-basis', LATENT_DIM * TEXT_DIM, scale);
  const otherBasis = gaussian('user-basis', LATENT_DIM * TEXT_DIM, scale);
  const turn = Math.sqrt(1 - TEXT_ALIGNMENT * TEXT_ALIGNMENT);
  const userBasis = itemBasis.map(
    (value, index) => TEXT_ALIGNMENT * value + turn * (otherBasis[index] ?? missing(otherBasis, index)),
  );
  const centre = gaussian('centre', TEXT_DIM, TEXT_CENTRE * scale);
  return { user: spaceOf(userBasis, centre), item: spaceOf(itemBasis, centre) };
};

/** One text in this many is missing; none of the first ones, so that a small data set is covered well enough too. */
const TEXTS_PER_MISSING = 50;
const FIRST_TEXTS = 20;

/** Whether an entity has no text embedding: the same share of every data set, others for every seed. */
export const lacksText = (seed: number, side: 'developer' | 'startup', index: number): boolean => {
  const offset = FIRST_TEXTS + createStream(seed, `${side}-without-text`).below(TEXTS_PER_MISSING - FIRST_TEXTS);
  return index % TEXTS_PER_MISSING === offset;
};
