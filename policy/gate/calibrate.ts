/** What the configured gate does on data of this kind: false promotions without a gain, and power with planted ones. */
import { elementAt } from '../../contracts/element-at.ts';
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { ConfidenceInterval } from '../../contracts/gate.ts';
import type { GateCalibration, SimulatedRate } from '../../contracts/gate-calibration.ts';
import { createRng, deriveSeed } from '../rng.ts';
import { decideGate } from './decide-gate.ts';
import { effectSize } from './effect-size.ts';
import { needsPermutation } from './few-users.ts';
import { comparisonSettings } from './gate-settings.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';
import { differingUsers, type PairedUsers, pairedDifferences } from './paired-differences.ts';
import { signFlipTest } from './sign-flip-test.ts';
import { tiltedWeights } from './tilted-weights.ts';
import { wilsonInterval } from './wilson-interval.ts';

export interface CalibrationOptions extends PairedUsers {
  readonly gate: Required<GateConfig>;
  readonly seed: number;
  /** Tests to simulate; 1,000 place a rate of 2.5 % to within 1 %. */
  readonly simulations: number;
  /** Of each test's interval; fewer than the gate's own, whose chance averages out over the tests. */
  readonly resamples: number;
  /** True gains to plant, above the required one; absent: shares of the smallest one expected to be found. */
  readonly gains?: readonly number[];
  /** Told after every test, drawn or judged by a permutation test: there may be many, over many users. */
  readonly onTest?: (done: number, total: number) => void;
}

const DEFAULT_GAINS = [0.25, 0.5, 0.75, 1, 1.25, 1.5];
const FOUND = 0.8;
const BISECTIONS = 12;
/** Beyond this multiple of the expected one, no gain is looked for. */
const LARGEST_GAIN = 8;

/** A test of two models of which neither is better, or whose true difference is the required one. */
interface SimulatedTest {
  readonly ci: ConfidenceInterval;
  /** Users whose results differ, whatever everybody gains. */
  readonly differing: number;
  /** Kept where the permutation test must agree, which has to be made again for every gain; else null. */
  readonly differences: Float64Array | null;
}

const judgedTest = (differences: Float64Array, seed: number, options: CalibrationOptions): SimulatedTest => {
  const pair = { candidate: differences, champion: new Float64Array(differences.length) };
  const { confidence } = options.gate;
  const ci = pairedBootstrap({ ...pair, confidence, resamples: options.resamples, seed });
  const differing = differingUsers(differences);
  return { ci, differing, differences: needsPermutation(differing, confidence) ? differences : null };
};

/**
 * As many users as there are, drawn with replacement, each with either sign: any of them might as well have had the two
 * models the other way round. Differences are as large as here, and users without one have none.
 */
const drawEqualTest = (differences: Float64Array, test: number, options: CalibrationOptions): SimulatedTest => {
  const rng = createRng(deriveSeed(options.seed, `users ${test}`));
  const drawn = differences.map(() => elementAt(differences, rng.below(differences.length)) * (1 - 2 * rng.below(2)));
  return judgedTest(drawn, deriveSeed(options.seed, `resamples ${test}`), options);
};

/** First user whose cumulative weight exceeds a number in [0, 1). */
const userAt = (cumulative: Float64Array, share: number): number => {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = elementAt(cumulative, middle) > share ? [low, middle] : [middle + 1, high];
  }
  return low;
};

/** Users drawn by weights under which the mean difference is the required one: as uneven as these, and no better. */
const drawUnevenTest = (
  { differences, cumulative }: { readonly differences: Float64Array; readonly cumulative: Float64Array },
  test: number,
  options: CalibrationOptions,
): SimulatedTest => {
  const rng = createRng(deriveSeed(options.seed, `uneven users ${test}`));
  const drawn = differences.map(() => elementAt(differences, userAt(cumulative, rng.next())));
  return judgedTest(drawn, deriveSeed(options.seed, `uneven resamples ${test}`), options);
};

const side = (version: string) => ({ version, run_id: version, ndcg_at_10: 1 });

/**
 * Whether the gate lets the test through when every user gains the same. A gain moves the interval by itself, so that
 * the resampling need not be repeated.
 */
const isPromoted = (
  { ci, differing, differences }: SimulatedTest,
  gain: number,
  { gate, resamples, seed }: CalibrationOptions,
) => {
  const moved = { ...ci, mean: ci.mean + gain, low: ci.low + gain, high: ci.high + gain };
  const { margin, minImprovement } = comparisonSettings(gate);
  const flips = (shift: number, alternative: 'two-sided' | 'greater'): number =>
    signFlipTest({
      candidate: (differences ?? new Float64Array()).map((difference) => difference + shift),
      champion: new Float64Array(differences?.length ?? 0),
      ...{ permutations: resamples, alternative, seed: deriveSeed(seed, 'signs') },
    });
  const pairedTest =
    differences === null
      ? null
      : {
          users: differences.length,
          differing_users: differing,
          p_value: flips(gain, 'two-sided'),
          margin_p_value: margin === null ? null : flips(gain + margin, 'greater'),
          ...(minImprovement !== 0 && { improvement_p_value: flips(gain - minImprovement, 'two-sided') }),
          effect_size: null,
          smallest_lift: null,
        };
  const models = { candidate: side('candidate'), champion: side('champion') };
  const { decision } = decideGate(
    { ...gate, guards: [] },
    {
      ...{ ...models, ci: moved, pairedTest, dcg: null, guards: [], ancestor: null },
      ...{ comparedWith: 'champion', championProblem: null },
    },
  );
  return decision !== 'rejected';
};

/** By bisection. @param isFound from some gain on */
const smallestGain = (isFound: (gain: number) => boolean, largest: number): number | null => {
  if (!isFound(largest)) {
    return null;
  }
  let [low, high] = [0, largest];
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    [low, high] = isFound(middle) ? [low, middle] : [middle, high];
  }
  return high;
};

/**
 * Simulates tests of models of which neither is better, and asks `decideGate` about each. Only the comparison with the
 * champion is measured: the minimum, guards and earlier champions can only reject more.
 *
 * `false_promotions` draws users with random signs, which is what another training of the same settings comes to: the
 * difference of two such models is as likely the one way as the other. (Differences less their mean would not do: users
 * without a difference would all have the same small one, and a few users would make that mean.) A candidate may also be
 * no better on average and yet uneven, with small gains for many and large losses for few; `uneven_false_promotions`
 * draws from these users reweighted to the required mean. A planted gain is the same for every user; a real one is not,
 * but its mean is what the interval sees. A function of its options alone.
 */
export const calibrateGate = (options: CalibrationOptions): GateCalibration => {
  const { gate, simulations, seed } = options;
  const { margin } = comparisonSettings(gate);
  const required = margin === null ? gate.min_improvement : -margin;
  const differences = pairedDifferences(options);
  const cumulative = tiltedWeights(differences, required);
  const expected = effectSize(options, gate.confidence).smallestLift ?? 0;
  const gains = options.gains ?? DEFAULT_GAINS.map((share) => share * expected);
  // Judged at no gain, at each of them, and where the smallest one is looked for; it takes time with permutation tests alone.
  const isSlow = needsPermutation(differingUsers(differences), gate.confidence);
  const uneven = cumulative === null ? 0 : isSlow ? 2 : 1;
  const total = simulations * (1 + uneven + (isSlow ? gains.length + 2 + BISECTIONS : 0));
  let done = 0;
  const tell = (): void => {
    done += 1;
    options.onTest?.(done, total);
  };
  const drawAll = (draw: (test: number) => SimulatedTest): readonly SimulatedTest[] =>
    Array.from({ length: simulations }, (_, test) => {
      const drawn = draw(test);
      tell();
      return drawn;
    });
  const judge = (test: SimulatedTest, gain: number): boolean => {
    const isHit = isPromoted(test, gain, options);
    if (isSlow) {
      tell();
    }
    return isHit;
  };
  const rateOf = (tests: readonly SimulatedTest[], gain: number): SimulatedRate => {
    const hits = tests.filter((test) => judge(test, gain)).length;
    return { rate: hits / simulations, ...wilsonInterval(hits, simulations) };
  };
  const unevenRate =
    cumulative === null
      ? null
      : rateOf(
          drawAll((test) => drawUnevenTest({ differences, cumulative }, test, options)),
          0,
        );
  const tests = drawAll((test) => drawEqualTest(differences, test, options));
  const rateAt = (gain: number): SimulatedRate => rateOf(tests, required + gain);
  const smallest = smallestGain((gain) => rateAt(gain).rate >= FOUND, LARGEST_GAIN * expected);
  return {
    users: differences.length,
    simulations,
    seed,
    confidence: gate.confidence,
    required_gain: required,
    level: (1 - gate.confidence) / 2,
    false_promotions: rateAt(0),
    uneven_false_promotions: unevenRate,
    power: gains.map((gain) => ({ gain: required + gain, ...rateAt(gain) })),
    smallest_gain: smallest === null ? null : required + smallest,
  };
};
