/** Rows of the source that are in no dataset version: how many, and why. */
import type { LeftOutRows } from '../../contracts/source-reading.ts';
import type { ExtractOutput } from './extract.ts';
import type { LabelOutput } from './label.ts';
import type { SplitOutput } from './split.ts';

/** Types without a label are a reason each: there may be as many as rows. */
const MOST_REASONS = 20;

export const leftOutRows = (stages: {
  readonly extracted: Pick<ExtractOutput, 'bad'>;
  readonly labelled: Pick<LabelOutput, 'bad' | 'filtered'>;
  readonly splitted: Pick<SplitOutput, 'dropped'>;
}): LeftOutRows => {
  const { extracted, labelled, splitted } = stages;
  const { use_case, ignored_types, min_interactions } = labelled.filtered;
  const all = [
    ...[extracted.bad, labelled.bad].flatMap(({ problems }) =>
      problems.map(({ problem, count }) => ({ reason: problem, rows: count })),
    ),
    { reason: 'other use case (data.use_case)', rows: use_case },
    { reason: 'ignored type (data.ignored_types)', rows: ignored_types },
    { reason: 'user with too few (data.min_interactions)', rows: min_interactions },
    { reason: "after the end of its pair's part (data.split)", rows: splitted.dropped },
  ]
    .filter(({ rows }) => rows > 0)
    .toSorted((a, b) => b.rows - a.rows);
  const sumOf = (reasons: LeftOutRows['reasons']): number => reasons.reduce((sum, { rows }) => sum + rows, 0);
  const others = sumOf(all.slice(MOST_REASONS));
  return {
    rows: sumOf(all),
    reasons: [...all.slice(0, MOST_REASONS), ...(others > 0 ? [{ reason: 'other reasons', rows: others }] : [])],
  };
};
