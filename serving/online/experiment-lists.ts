/** Whose list a user of an experiment online gets, and what is written down of it. */
import type { Log } from '../../contracts/log.ts';
import type { Arm, Impression, OnlineExperiment, ShownItem } from '../../contracts/online-experiment.ts';
import type { Recommendation, RecommendRequest } from '../../contracts/recommendation.ts';
import { assignArm } from '../../policy/online/assign-arm.ts';
import { teamDraft } from '../../policy/online/team-draft.ts';
import { MOST_ITEMS } from '../../policy/serving/page-bounds.ts';
import type { ServedBundle } from '../http/served-bundle.ts';
import type { RunningExperiment } from './follow-experiment.ts';
import type { ImpressionLog } from './impression-log.ts';

/** What an answer says of the experiment that it belongs to. */
export interface ListExperiment {
  readonly id: string;
  /** Who made the list; null where both did. */
  readonly arm: Arm | null;
  /** Digests of those that made it. */
  readonly bundles: Readonly<Partial<Record<Arm, string>>>;
}

export interface ExperimentList {
  readonly answer: Recommendation;
  /** null: a page behind what both have drafted. It is the champion's, without the items of the draft, and nothing is recorded. */
  readonly experiment: ListExperiment | null;
  /** The bundle that the answer names. */
  readonly bundle: ServedBundle;
  /** To be called once the answer has been sent. Never throws. */
  record(): void;
}

/** Whoever asks may have the answer already: to the request itself, or to a part of it; with another `exclude` it is another one. */
export type Recommend = (arm: Arm, bundle: ServedBundle, request: RecommendRequest) => Recommendation;

export interface ExperimentLists {
  /** null for a list that is none of the experiment's: it is the champion's then. Throws what `recommend` throws. */
  make(request: RecommendRequest, requestId: string, recommend: Recommend): ExperimentList | null;
  /** Id of the experiment whose lists are given; null without one. */
  running(): string | null;
  /** Removes the impressions of a user. Throws as `ImpressionLog.erase`. */
  erase(userId: string): Promise<number>;
  /** Impressions that could not be written since the start. */
  lost(): number;
  /** Whether impressions are written. */
  isWritable(): boolean;
}

export interface ExperimentListsOptions {
  readonly running: () => RunningExperiment | null;
  readonly impressions: ImpressionLog;
  readonly log: Log;
  /** ISO 8601, UTC. */
  readonly timestamp: () => string;
}

/** The engine is the experiment's part: whoever names one asks about that engine. */
const takesPart = ({ engine, seen = 'all' }: RecommendRequest): boolean => engine === undefined && seen === 'all';

const shownBy = (arm: Arm, { item_ids }: Recommendation, offset = 0): readonly ShownItem[] =>
  item_ids.map((item_id, place) => ({ item_id, position: offset + place, arm }));

const scoreOf = ({ item_ids, scores }: Recommendation): ReadonlyMap<string, number> =>
  new Map(item_ids.map((id, place) => [id, scores[place] ?? Number.NaN]));

const reasonOf = (champion: Recommendation, challenger: Recommendation): string =>
  champion.engine === challenger.engine
    ? champion.reason
    : `${champion.reason}; the challenger by ${challenger.engine}: ${challenger.reason}`;

export const createExperimentLists = ({
  running,
  impressions,
  log,
  timestamp,
}: ExperimentListsOptions): ExperimentLists => {
  const write = (
    experiment: OnlineExperiment,
    { request, requestId }: { readonly request: RecommendRequest; readonly requestId: string },
    list: Pick<Impression, 'arm' | 'propensity' | 'bundles' | 'items' | 'unseen'>,
  ): void => {
    // A page behind the last one shows nothing.
    if (list.items.length > 0 || (request.offset ?? 0) === 0) {
      impressions.add({
        ...{ format: 1, request_id: requestId, at: timestamp(), experiment_id: experiment.id },
        ...{ user_id: request.userId, ...list },
      });
    }
  };

  type Making = { readonly request: RecommendRequest; readonly requestId: string; readonly recommend: Recommend };

  const bySplit = ({ experiment, bundles }: RunningExperiment, making: Making): ExperimentList => {
    const { request, recommend } = making;
    const { userId } = request;
    const { arm, propensity } = assignArm({ experimentId: experiment.id, userId, share: experiment.share });
    const bundle = bundles[arm];
    const answer = recommend(arm, bundle, request);
    const made = { [arm]: bundle.digest };
    const items = shownBy(arm, answer, request.offset);
    return {
      ...{ answer, bundle, experiment: { id: experiment.id, arm, bundles: made } },
      record: () => write(experiment, making, { arm, propensity, bundles: made, items }),
    };
  };

  /**
   * Both lists are drafted from their beginning, and neither may be longer than `MOST_ITEMS`. Behind the draft follow the
   * champion's other items, so that every page is a part of one list, which has each of its items once.
   */
  const byDraft = ({ experiment, bundles }: RunningExperiment, making: Making): ExperimentList => {
    const { request, recommend } = making;
    const { userId, limit, offset = 0 } = request;
    const end = offset + limit;
    const whole = { ...request, offset: 0, limit: Math.min(end, MOST_ITEMS) };
    const champion = recommend('champion', bundles.champion, whole);
    const challenger = recommend('challenger', bundles.challenger, whole);
    const draft = teamDraft({
      ...{ experimentId: experiment.id, userId, length: whole.limit },
      lists: { champion: champion.item_ids, challenger: challenger.item_ids },
    });
    const rest =
      end <= MOST_ITEMS
        ? null
        : recommend('champion', bundles.champion, {
            ...request,
            exclude: [...request.exclude, ...draft.map(({ item_id }) => item_id)],
            offset: Math.max(0, offset - MOST_ITEMS),
            limit: end - Math.max(offset, MOST_ITEMS),
          });
    if (rest !== null && offset >= MOST_ITEMS) {
      return { answer: rest, bundle: bundles.champion, experiment: null, record: () => undefined };
    }
    const items = draft.slice(offset);
    const scores = { champion: scoreOf(champion), challenger: scoreOf(challenger) };
    const digests = { champion: bundles.champion.digest, challenger: bundles.challenger.digest };
    return {
      answer: {
        ...champion,
        item_ids: [...items.map(({ item_id }) => item_id), ...(rest?.item_ids ?? [])],
        scores: [...items.map(({ item_id, arm }) => scores[arm].get(item_id) ?? Number.NaN), ...(rest?.scores ?? [])],
        reason: reasonOf(champion, challenger),
        fallback: champion.fallback ?? challenger.fallback,
      },
      bundle: bundles.champion,
      experiment: { id: experiment.id, arm: null, bundles: digests },
      // Credit is for what was drafted: nobody competed for the rest.
      record: () => write(experiment, making, { arm: null, propensity: experiment.share, bundles: digests, items }),
    };
  };

  const byShadow = ({ experiment, bundles }: RunningExperiment, making: Making): ExperimentList => {
    const { request, recommend } = making;
    const answer = recommend('champion', bundles.champion, request);
    const made = { champion: bundles.champion.digest };
    const items = shownBy('champion', answer, request.offset);
    return {
      ...{ answer, bundle: bundles.champion, experiment: { id: experiment.id, arm: 'champion', bundles: made } },
      record: () => {
        const { challenger } = bundles;
        const unseen = recommend('challenger', challenger, request).item_ids;
        write(experiment, making, {
          ...{ arm: 'champion', propensity: 1, items, unseen },
          bundles: { ...made, challenger: challenger.digest },
        });
      },
    };
  };

  const isOfShare = ({ id, share }: OnlineExperiment, userId: string): boolean =>
    assignArm({ experimentId: id, userId, share }).arm === 'challenger';

  const makeOf = (of: RunningExperiment, making: Making): ExperimentList | null => {
    const { experiment } = of;
    if (experiment.mode === 'split') {
      return bySplit(of, making);
    }
    if (!isOfShare(experiment, making.request.userId)) {
      return null;
    }
    return experiment.mode === 'shadow' ? byShadow(of, making) : byDraft(of, making);
  };

  return {
    make: (request, requestId, recommend) => {
      const of = running();
      const list = of === null || !takesPart(request) ? null : makeOf(of, { request, requestId, recommend });
      return list === null
        ? null
        : {
            ...list,
            record: () => {
              try {
                list.record();
              } catch (error) {
                log(
                  'error',
                  `request ${requestId}: its list is not recorded for experiment ${of?.experiment.id}: ${error}`,
                );
              }
            },
          };
    },
    running: () => running()?.experiment.id ?? null,
    erase: impressions.erase,
    lost: impressions.lost,
    isWritable: () => impressions.problem() === null,
  };
};
