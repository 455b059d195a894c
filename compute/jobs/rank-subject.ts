/** One of several models, ranked for the numbers of each user; its errors say whose they are. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { ComparedSource } from '../../contracts/trainer.ts';
import type { UserRanking } from '../../models/evaluation/ranking.ts';
import { evaluateModel, type RankedPart, type Ranking } from './rank-with-model.ts';

export interface RankedSubject {
  readonly ref: string;
  /** Judged users, ascending, and what each of them came to. */
  readonly users: readonly number[];
  readonly rankings: readonly UserRanking[];
  readonly evaluated: RankedPart;
}

/** The message itself names files of the cache at most. */
const named = (ref: string, error: unknown): unknown =>
  error instanceof TtExpError
    ? new TtExpError(error.code, `${ref}: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
        details: error.details,
        cause: error,
      })
    : error;

/** Throws what loading and ranking throw, with the reference before the message. */
const rankSubject = async (
  { ref, model }: ComparedSource,
  ranking: Ranking,
  dataset: LoadedDataset,
): Promise<RankedSubject> => {
  const users: number[] = [];
  const rankings: UserRanking[] = [];
  try {
    const evaluated = await evaluateModel(
      model,
      {
        ...ranking,
        onUser: ({ user, ranking: ranked }) => {
          users.push(user);
          rankings.push(ranked);
        },
      },
      dataset,
    );
    return { ref, users, rankings, evaluated };
  } catch (error) {
    throw named(ref, error);
  }
};

/** Who is judged depends on data and threshold alone; were it not so, differences by user would mean nothing. */
const requireSameUsers = (subjects: readonly RankedSubject[]): readonly number[] => {
  const [first = [], ...others] = subjects.map(({ users }) => users);
  if (others.some((users) => users.length !== first.length || users.some((user, at) => user !== first[at]))) {
    throw new TtExpError('INTERNAL', 'compared models: they judged different users, expected the same');
  }
  return first;
};

/** One after the other: each model is loaded while it ranks. Also throws NO_DATA_LOADED. */
export const rankSubjects = async (
  sources: readonly ComparedSource[],
  ranking: Ranking,
  dataset: LoadedDataset,
  onRanked: () => void,
): Promise<readonly RankedSubject[]> => {
  const subjects: RankedSubject[] = [];
  for (const source of sources) {
    subjects.push(await rankSubject(source, ranking, dataset));
    onRanked();
  }
  if (requireSameUsers(subjects).length === 0) {
    const { split, relevanceThreshold } = ranking;
    throw new TtExpError(
      'NO_DATA_LOADED',
      `${MESSAGE.noDataLoaded}: the ${split} part of ${dataset.summary.version} has no user with a relevant item (label >= ${relevanceThreshold}), expected at least one`,
      { hint: 'Choose another part or another version with --data.' },
    );
  }
  return subjects;
};
