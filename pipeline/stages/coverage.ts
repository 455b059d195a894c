/** How many users and items have a text embedding, and whether that is enough. */
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { VersionManifest } from '../manifest.ts';

type Counted = Pick<VersionManifest, 'coverage' | 'users' | 'items' | 'text_encoder'>;

/** Share over both sides; a side without texts does not count, and 1 where neither has any. */
export const joinCoverage = ({ coverage, users, items }: Omit<Counted, 'text_encoder'>): number => {
  const sides = [
    { share: coverage.user, count: users },
    { share: coverage.item, count: items },
  ].filter(({ share, count }) => share !== null && count > 0);
  const total = sides.reduce((sum, { count }) => sum + count, 0);
  return total === 0 ? 1 : sides.reduce((sum, { share, count }) => sum + (share ?? 0) * count, 0) / total;
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `Missing embeddings`, when fewer users or items than wanted have one. */
export const refuseLowCoverage = (counted: Counted, minCoverage: number): void => {
  const sides = [
    { name: 'users', share: counted.coverage.user, count: counted.users },
    { name: 'items', share: counted.coverage.item, count: counted.items },
  ].flatMap(({ name, share, count }) =>
    share === null ? [] : [{ name, share, count, missing: Math.round((1 - share) * count) }],
  );
  if (sides.every(({ share }) => share >= minCoverage)) {
    return;
  }
  const isFromSource = [counted.text_encoder.user, counted.text_encoder.item].includes('source');
  throw new TtExpError(
    'MISSING_EMBEDDINGS',
    `${MESSAGE.missingEmbeddings}: ${sides.map(({ name, count, missing }) => `${missing} of ${count} ${name}`).join(' and ')} ` +
      `have none (covered ${sides.map(({ share }) => percent(share)).join(' and ')}), expected data.min_coverage ${minCoverage} of each`,
    {
      hint: isFromSource
        ? 'Embed the texts instead: `tt-exp data embed <config> --set data.text_encoder=minilm`, and run with that setting; or add the missing vectors to the source, or lower data.min_coverage.'
        : 'Fill in the missing texts at the source and run `tt-exp data embed <config>`, or lower data.min_coverage.',
      details: {
        ...Object.fromEntries(sides.map(({ name, missing }) => [name, missing])),
        min_coverage: minCoverage,
      },
    },
  );
};
