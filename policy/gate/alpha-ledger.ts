/** How the confidence level is spent over looks at the same test part. */
import type { AskedLook, Look, TestPart } from '../../contracts/test-part-looks.ts';
import { LEAST_TAIL } from './resample-count.ts';

/** After the first: a year of weekly retrains. */
const MOST_LATER_LOOKS = 51;

const harmonic = (count: number): number => {
  let sum = 0;
  for (let k = 1; k <= count; k += 1) {
    sum += 1 / k;
  }
  return sum;
};

/** Looks after the first: as many as have a share that resamples can resolve. */
const laterLooks = (half: number): number => {
  let count = MOST_LATER_LOOKS;
  while (count > 0 && half / (harmonic(count) * count) < LEAST_TAIL) {
    count -= 1;
  }
  return count;
};

/** Looks at one test part that have a share of 1 - `statedConfidence`. */
export const shelfLife = (statedConfidence: number): number => 1 + laterLooks((1 - statedConfidence) / 2);

/**
 * Probability that look number `look` (from 1) may spend on a false promotion. The first one has what one side of an
 * interval at full confidence leaves out; as much again is divided among the later ones, in proportion to 1, 1/2, 1/3, …
 * So all of them together spend at most 1 - `statedConfidence` (Bonferroni; alpha investing: Foster & Stine 2008).
 */
export const lookShare = (statedConfidence: number, look: number): number => {
  const half = (1 - statedConfidence) / 2;
  const later = laterLooks(half);
  if (look === 1) {
    return half;
  }
  return look - 1 > later ? 0 : half / (harmonic(later) * (look - 1));
};

/** Two-sided confidence of an interval that leaves out a share on either side. */
const confidenceOf = (statedConfidence: number, share: number): number =>
  share === (1 - statedConfidence) / 2 ? statedConfidence : 1 - 2 * share;

/** Looks that share users' rows, as far as their windows tell. */
interface Lineage {
  readonly endsAt: string;
  readonly looks: number;
  readonly spent: number;
}

const NO_LOOKS: Lineage = { endsAt: '', looks: 0, spent: 0 };

/** Of either, the rows have had what the one that was looked at more often has had, at most. */
const together = (a: Lineage, b: Lineage): Lineage => ({
  endsAt: a.endsAt > b.endsAt ? a.endsAt : b.endsAt,
  looks: Math.max(a.looks, b.looks),
  spent: Math.max(a.spent, b.spent),
});

/** A window that begins after the end of a lineage has nothing of it; any other may share its rows. */
const isBefore = ({ endsAt }: Lineage, { starts_at }: Pick<TestPart, 'starts_at'>): boolean => endsAt < starts_at;

const sharedWith = (lineages: readonly Lineage[], part: TestPart): Lineage =>
  lineages.filter((lineage) => !isBefore(lineage, part)).reduce(together, NO_LOOKS);

/** The look joins all lineages that it may share rows with into one. */
const withLook = (lineages: readonly Lineage[], look: Look): readonly Lineage[] => {
  const { endsAt, looks, spent } = sharedWith(lineages, look);
  return [
    ...lineages.filter((lineage) => isBefore(lineage, look)),
    { endsAt: endsAt > look.ends_at ? endsAt : look.ends_at, looks: looks + 1, spent: spent + look.spent },
  ];
};

/**
 * What a look is given, from all looks of this registered model before it. The same question again is the same look. A
 * test part is fresh where its window begins after the end of every window looked at before; anything else counts as the
 * same users again, which spends too much rather than too little. A look never spends what is not left of its own level,
 * so that the bound holds for the lowest stated confidence where that was changed between looks.
 * @param earlier in the order of asking
 */
export const takeLook = (earlier: readonly Look[], asked: AskedLook): Look => {
  const same = earlier.find(({ key }) => key === asked.key);
  if (same !== undefined) {
    return same;
  }
  const { stated_confidence: stated } = asked;
  const before = sharedWith(earlier.reduce<readonly Lineage[]>(withLook, []), asked);
  const looks = before.looks + 1;
  const share = Math.min(lookShare(stated, looks), 1 - stated - before.spent);
  const isUsedUp = looks > 1 && share < LEAST_TAIL;
  const spent = isUsedUp ? 0 : share;
  const life = shelfLife(stated);
  return {
    ...asked,
    looks,
    confidence: confidenceOf(stated, isUsedUp ? lookShare(stated, life) : share),
    is_used_up: isUsedUp,
    spent,
    alpha_spent: before.spent + spent,
    shelf_life: life,
  };
};
