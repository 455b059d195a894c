/** How often the sample-ratio check stops a sound experiment, and how soon it finds users lost. */
import { elementAt } from '../contracts/element-at.ts';
import { SAMPLE_RATIO_LEVEL, sampleRatio } from '../policy/online/sample-ratio.ts';
import { createRng } from '../policy/rng.ts';
import { row, shareOf } from './shares.ts';

/** Users of a day, after whom somebody looks. */
const DAILY = 50;
const USERS = 2000;
const SHARES = [0.5, 0.1];
const LOST = [0, 0.1, 0.2, 0.5];
/** Of a squared standard normal variable, at the level of the check. */
const CHI_SQUARE = 6.634897;

interface Ends {
  readonly sequential: number;
  readonly chiSquare: number;
}

const simulate = (share: number, lost: number, seed: number): Ends => {
  const rng = createRng(seed);
  const truth = (share * (1 - lost)) / (1 - share * lost);
  const counts = { champion: 0, challenger: 0 };
  let ends: Ends = { sequential: Number.POSITIVE_INFINITY, chiSquare: Number.POSITIVE_INFINITY };
  for (let user = 1; user <= USERS; user += 1) {
    counts[rng.next() < truth ? 'challenger' : 'champion'] += 1;
    if (user % DAILY === 0) {
      const isBroken = sampleRatio({ expectedShare: share, counts }).is_broken;
      const isUneven = (counts.challenger - user * share) ** 2 / (user * share * (1 - share)) > CHI_SQUARE;
      ends = {
        sequential: isBroken ? Math.min(ends.sequential, user) : ends.sequential,
        chiSquare: isUneven ? Math.min(ends.chiSquare, user) : ends.chiSquare,
      };
    }
  }
  return ends;
};

/** The smallest number that half of the experiments had reached. */
const medianText = (ends: readonly number[]): string => {
  const median = elementAt(
    ends.toSorted((a, b) => a - b),
    Math.floor(ends.length / 2),
  );
  return Number.isFinite(median) ? String(median) : '–';
};

export const measureSampleRatio = (experiments: number): readonly string[] => [
  `${experiments} experiments each of ${USERS} users, looked at after every ${DAILY}: how often the sample ratio is found broken, with a part of the challenger's users lost; ${100 * SAMPLE_RATIO_LEVEL} % is allowed without. Beside it, a chi-square test of the same level at each look.`,
  '',
  row('share', 'lost', 'found', 'median users', 'repeated chi-square'),
  `|${'---|'.repeat(5)}`,
  ...SHARES.flatMap((share) =>
    LOST.map((lost) => {
      const ends = Array.from({ length: experiments }, (_, seed) => simulate(share, lost, seed));
      const sequential = ends.map((end) => end.sequential);
      return row(
        ...[`${100 * share} %`, `${100 * lost} %`, shareOf(sequential.map(Number.isFinite)), medianText(sequential)],
        shareOf(ends.map((end) => Number.isFinite(end.chiSquare))),
      );
    }),
  ),
];
