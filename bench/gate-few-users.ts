/** How often the gate is wrong on few users: where a user is as likely above as below, and where few lose what many gain. */
import { effectSize } from '../policy/gate/effect-size.ts';
import { pairedBootstrap } from '../policy/gate/paired-bootstrap.ts';
import type { PairedUsers } from '../policy/gate/paired-differences.ts';
import { percentText } from '../policy/gate/rules/gate-text.ts';
import { createRng } from '../policy/rng.ts';
import { GATE, isPromoted } from '../test/support/simulate-gate.ts';
import { simulatePair } from '../test/support/simulated-users.ts';
import { row, shareOf } from './shares.ts';

const TESTS = 4000;
const RESAMPLES = 10_000;
/** Below this many standard errors no interval of 95 % lies above 0: its resamples are spared. */
const NEVER_ABOVE = 1;
const USERS = [30, 88, 200, 1000];

/** One in twenty loses 0.5, one in four gains 0.1: the mean is 0, the skewness -3.4. */
const LOSERS = { share: 0.05, difference: -0.5 };
const WINNERS = { share: 0.25, difference: 0.1 };

const equalPair = (users: number, seed: number): PairedUsers => simulatePair({ users, lift: 0, seed });

const unevenPair = (users: number, seed: number): PairedUsers => {
  const rng = createRng(seed);
  const candidate = Float64Array.from({ length: users }, () => {
    const share = rng.next();
    if (share < LOSERS.share) {
      return LOSERS.difference;
    }
    return share < LOSERS.share + WINNERS.share ? WINNERS.difference : 0;
  });
  return { candidate, champion: new Float64Array(users) };
};

const measure = (draw: typeof equalPair, users: number): readonly [interval: string, gate: string] => {
  const pairs = Array.from({ length: TESTS }, (_, seed) => draw(users, seed));
  const { confidence } = GATE;
  const promoted = pairs.map((pair, seed) => isPromoted(pair, confidence, seed));
  const alone = pairs.map((pair, seed) => {
    const { effectSize: effect } = effectSize(pair, confidence);
    const isNear = effect !== null && effect * Math.sqrt(users) > NEVER_ABOVE;
    return isNear && pairedBootstrap({ ...pair, confidence, resamples: RESAMPLES, seed }).low > 0;
  });
  return [shareOf(alone), shareOf(promoted)];
};

export const measureFewUsers = (): readonly string[] => [
  `${TESTS} tests each, of two equal models, and of a candidate that is no better but uneven (one user in four gains 0.1, one in twenty loses 0.5): how often the candidate is promoted. ${percentText((1 - GATE.confidence) / 2)} is stated.`,
  '',
  row('test users', 'interval alone', 'gate', 'uneven: interval alone', 'uneven: gate'),
  `|${'---|'.repeat(5)}`,
  ...USERS.map((users) => row(users, ...measure(equalPair, users), ...measure(unevenPair, users))),
];
