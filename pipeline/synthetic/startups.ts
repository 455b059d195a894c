/** Simulated startups. Each depends on the seed and its own index only, so any one of them can be made alone. */
import { elementAt } from '../../contracts/element-at.ts';
import { lacksText, locate, type TextSpace } from './latent.ts';
import { createStream, type RandomStream, sample, weightedIndex } from './random.ts';
import { INDUSTRIES, PRODUCTS, REGIONS, STACKS, STAGES, STARTUP_HEADS, STARTUP_TAILS, TYPES } from './vocabulary.ts';

export interface SimulatedStartup {
  readonly id: string;
  readonly name: string;
  readonly pitch: string;
  readonly industry: string;
  readonly stage: string;
  readonly type: string;
  readonly region: string;
  readonly skills: readonly string[];
  readonly teamSize: number;
  readonly fundingMillions: number;
  /** [LATENT_DIM], of unit length. */
  readonly place: Float64Array;
  /** How much the crowd is drawn to it, added to every affinity. */
  readonly popularity: number;
  readonly embedding: Float32Array | null;
}

const TYPE_WEIGHTS = [0.35, 0.25, 0.15, 0.15, 0.1];
const STAGE_WEIGHTS = [0.2, 0.25, 0.25, 0.18, 0.12];
const POPULARITY_SPREAD = 0.3;
const TEAM_SIZE_BY_STAGE = [2, 4, 9, 25, 80];
const FUNDING_BY_STAGE = [0.05, 0.4, 2, 11, 45];

/** A main entry of weight 1 and, with the given probability, a second one of a lesser weight. */
const mainAndSecond = (random: RandomStream, length: number, share: number, weight: number) => {
  const values = new Float64Array(length);
  const main = random.below(length);
  const second = (main + 1 + random.below(length - 1)) % length;
  values[main] = 1;
  const hasSecond = random.next() < share;
  if (hasSecond) {
    values[second] = weight;
  }
  return { values, main, second: hasSecond ? second : null };
};

const oneHot = (length: number, index: number): Float64Array => {
  const values = new Float64Array(length);
  values[index] = 1;
  return values;
};

const skillsOf = (random: RandomStream, main: number, second: number | null): string[] => {
  const mainSkills = sample(random, elementAt(STACKS, main).skills, 3 + random.below(2));
  const others = second === null ? [] : sample(random, elementAt(STACKS, second).skills, 2);
  return [...mainSkills, ...others];
};

export const simulateStartup = (seed: number, index: number, texts: TextSpace): SimulatedStartup => {
  const random = createStream(seed, 'startup', index);
  const industry = mainAndSecond(random, INDUSTRIES.length, 0.35, 0.5);
  const stack = mainAndSecond(random, STACKS.length, 0.5, 0.5);
  const type = weightedIndex(random, TYPE_WEIGHTS);
  const stage = weightedIndex(random, STAGE_WEIGHTS);
  const place = locate(
    {
      industry: industry.values,
      stack: stack.values,
      type: oneHot(TYPES.length, type),
      stage: oneHot(STAGES.length, stage),
    },
    random,
  );
  const industryName = elementAt(INDUSTRIES, industry.main);
  const skills = skillsOf(random, stack.main, stack.second);
  const name = `${random.pick(STARTUP_HEADS)}${random.pick(STARTUP_TAILS)}`;
  const stageName = elementAt(STAGES, stage);
  const typeName = elementAt(TYPES, type);
  const region = random.pick(REGIONS);
  const teamSize = Math.max(1, Math.round(elementAt(TEAM_SIZE_BY_STAGE, stage) * Math.exp(0.4 * random.normal())));
  const funding = elementAt(FUNDING_BY_STAGE, stage) * Math.exp(0.5 * random.normal());
  const popularity = POPULARITY_SPREAD * random.normal();
  const pitch =
    `${name} builds ${random.pick(PRODUCTS[industryName])} for ${industryName}. ` +
    `We are a ${stageName} team of ${teamSize} in ${region} and look for ${typeName} ` +
    `with people who know ${skills.slice(0, 3).join(', ')}.`;
  return {
    id: `s${String(index + 1).padStart(7, '0')}`,
    name,
    pitch,
    industry: industryName,
    stage: stageName,
    type: typeName,
    region,
    skills,
    teamSize,
    fundingMillions: Math.round(funding * 1000) / 1000,
    place,
    popularity,
    embedding: lacksText(seed, 'startup', index) ? null : texts.embed(place, random),
  };
};
