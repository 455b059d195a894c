/** Simulated developers. Each depends on the seed and its own index only, so any one of them can be made alone. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { directionOf, lacksText, locate, type TextSpace } from './latent.ts';
import { createStream, type RandomStream, sample, weightedIndex } from './random.ts';
import {
  AVAILABILITIES,
  FAMILY_NAMES,
  GENERAL_ROLES,
  GIVEN_NAMES,
  GOALS,
  INDUSTRIES,
  LANGUAGES,
  REGIONS,
  SENIORITIES,
  STACKS,
  STAGES,
  TYPES,
} from './vocabulary.ts';

export interface SimulatedDeveloper {
  readonly id: string;
  readonly name: string;
  readonly bio: string;
  readonly role: string;
  readonly seniority: string;
  readonly region: string;
  readonly availability: string;
  readonly skills: readonly string[];
  readonly interests: readonly string[];
  readonly wantedTypes: readonly string[];
  readonly wantedStages: readonly string[];
  readonly languages: readonly string[];
  readonly goals: readonly string[];
  readonly yearsExperience: number;
  readonly weeklyHours: number;
  /** Mean taste over the whole period, [LATENT_DIM], of unit length. */
  readonly place: Float64Array;
  /** Taste at the end minus taste at the start, [LATENT_DIM]. */
  readonly drift: Float64Array;
  readonly embedding: Float32Array | null;
}

const SHARE_WITH_GENERAL_ROLE = 0.15;
/** Weight that an interest gains and another loses between the start and the end of the period. */
const DRIFT = 0.3;
const HOURS_BY_AVAILABILITY = [8, 20, 40, 40];

/** Falling weights on a few distinct positions: first choice, second choice, and so on. */
const preferences = (random: RandomStream, length: number, weights: readonly number[]) => {
  const order = sample(random, [...Array(length).keys()], weights.length);
  const values = new Float64Array(length);
  order.forEach((position, rank) => {
    values[position] = elementAt(weights, rank);
  });
  return { order, values };
};

const named = (names: readonly string[], order: readonly number[]): string[] =>
  order.map((position) => elementAt(names, position));

/** One interest grows and another fades. */
const driftOf = (random: RandomStream, interests: readonly number[]): Float64Array => {
  const order = random.next() < 0.5 ? interests : [...interests].reverse();
  const fading = directionOf('industry', elementAt(order, 1));
  return directionOf('industry', elementAt(order, 0)).map(
    (value, axis) => DRIFT * (value - (fading[axis] ?? missing(fading, axis))),
  );
};

export const simulateDeveloper = (seed: number, index: number, texts: TextSpace): SimulatedDeveloper => {
  const random = createStream(seed, 'developer', index);
  const industry = preferences(random, INDUSTRIES.length, random.next() < 0.4 ? [1, 0.75, 0.5] : [1, 0.75]);
  const stack = preferences(random, STACKS.length, [1, 0.6]);
  const type = preferences(random, TYPES.length, [1, 0.5]);
  const stage = preferences(random, STAGES.length, [1, 0.5]);
  const place = locate(
    { industry: industry.values, stack: stack.values, type: type.values, stage: stage.values },
    random,
  );
  const mainStack = elementAt(STACKS, elementAt(stack.order, 0));
  const secondStack = elementAt(STACKS, elementAt(stack.order, 1));
  const skills = [
    ...sample(random, mainStack.skills, 3 + random.below(3)),
    ...sample(random, secondStack.skills, 1 + random.below(2)),
  ];
  const role = random.next() < SHARE_WITH_GENERAL_ROLE ? random.pick(GENERAL_ROLES) : mainStack.role;
  const seniorityRank = weightedIndex(random, [0.1, 0.25, 0.3, 0.25, 0.1]);
  const seniority = elementAt(SENIORITIES, seniorityRank);
  const yearsExperience = Math.max(0, Math.round(seniorityRank * 3.5 + 1.5 * random.normal()));
  const availabilityRank = random.below(AVAILABILITIES.length);
  const interests = named(INDUSTRIES, industry.order);
  const wantedTypes = named(TYPES, type.order);
  const wantedStages = named(STAGES, stage.order);
  const goals = sample(random, GOALS, 2 + random.below(2));
  const region = random.pick(REGIONS);
  const languages = ['English', ...sample(random, LANGUAGES.slice(1), random.below(3))];
  const name = `${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)}`;
  const drift = driftOf(random, industry.order);
  return {
    id: `d${String(index + 1).padStart(7, '0')}`,
    name,
    bio:
      `${seniority} ${role} from ${region} with ${yearsExperience} years of work, at home in ${skills.slice(0, 3).join(', ')}. ` +
      `Drawn to ${interests.join(' and ')}; looks for ${wantedTypes[0]} at the ${wantedStages[0]} stage, ${goals.join(', ')}.`,
    role,
    seniority,
    region,
    availability: elementAt(AVAILABILITIES, availabilityRank),
    skills,
    interests,
    wantedTypes,
    wantedStages,
    languages,
    goals,
    yearsExperience,
    weeklyHours: elementAt(HOURS_BY_AVAILABILITY, availabilityRank),
    place,
    drift,
    embedding: lacksText(seed, 'developer', index) ? null : texts.embed(place, random),
  };
};
