/** What a gate's models came to, user by user, as the table that is kept of them. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { ReportedEvaluation } from '../../models/reports/evaluate-with-report.ts';

type Judged = Pick<ReportedEvaluation, 'perUser' | 'watched' | 'userSlices'>;

export interface JudgedParts {
  readonly candidate: Judged;
  readonly champion: Judged | null;
  readonly ancestor: Judged | null;
  /** Of the candidate's settings, with other seeds. */
  readonly replicates: readonly Judged[];
}

const METRICS = ['ndcg', 'dcg', 'recall', 'precision'] as const;

/** [users]; null for a user outside the slice. */
const spread = ({ places, ndcg }: Judged['watched'][string], users: number): readonly (number | null)[] => {
  const values: (number | null)[] = Array.from({ length: users }, () => null);
  for (const [index, place] of places.entries()) {
    values[place] = elementAt(ndcg, index);
  }
  return values;
};

/** A column `<metric>_<model>` for each, and one for each watched slice: `ndcg_<model> <slice>`. */
export const judgedUsers = ({ candidate, champion, ancestor, replicates }: JudgedParts, { userIds }: LoadedDataset) => {
  const { userIndex } = candidate.perUser;
  const nobody = userIndex.map(() => null);
  const models = { candidate, champion, ancestor };
  const metrics = Object.entries(models).flatMap(([name, judged]) => [
    ...METRICS.map((metric) => [`${metric}_${name}`, judged?.perUser[metric] ?? nobody] as const),
    ...Object.entries(judged?.watched ?? {}).map(
      ([slice, values]) => [`ndcg_${name} ${slice}`, spread(values, userIndex.length)] as const,
    ),
  ]);
  return {
    userIds: userIndex.map((user) => elementAt(userIds, user)),
    slices: candidate.userSlices,
    metrics: Object.fromEntries([
      ...metrics,
      ...replicates.map(({ perUser }, index) => [`ndcg_replicate_${index + 2}`, perUser.ndcg]),
    ]),
  };
};
