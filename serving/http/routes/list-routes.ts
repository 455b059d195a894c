/** Lists for a user, for many users, for an item. */
import type { FastifyRequest } from 'fastify';
import type { Arm } from '../../../contracts/online-experiment.ts';
import type { FieldFilters, Recommendation, RecommendRequest } from '../../../contracts/recommendation.ts';
import { breathe } from '../../../host/breathe.ts';
import { NO_ROWS } from '../../additions/online-rows.ts';
import type { ListExperiment, Recommend } from '../../online/experiment-lists.ts';
import { type AnswerCache, createAnswerCache } from '../answer-cache.ts';
import { type ApiContext, BASE, uncached } from '../api-context.ts';
import {
  answers,
  BATCH_ANSWER,
  BATCH_BODY,
  idParams,
  itemQuery,
  LIST_PARAMETERS,
  PAGE_PARAMETERS,
  RECOMMENDATION,
  recommendationQuery,
  SIMILAR_ITEMS,
  USERS_FOR_ITEM,
} from '../schemas.ts';
import type { ServedBundle } from '../served-bundle.ts';

/** Some megabytes. */
const MOST_CACHED = 5_000;

interface Page {
  readonly limit: number;
  readonly offset: number;
  readonly exclude: readonly string[];
}

type Choices = Pick<RecommendRequest, 'diversity' | 'damping' | 'engine' | 'seen'>;
type ListQuery = Page & Choices & FieldFilters;

type SentFields = Readonly<Record<string, string | readonly string[]>>;

interface BatchBody extends Page, Choices {
  readonly user_ids: readonly string[];
  readonly filters?: SentFields;
  readonly preferences?: SentFields;
}

interface Id {
  readonly id: string;
}

const choicesOf = ({ diversity, damping, engine, seen }: Choices): Choices => ({
  ...(diversity === undefined ? {} : { diversity }),
  ...(damping === undefined ? {} : { damping }),
  ...(engine === undefined ? {} : { engine }),
  ...(seen === undefined ? {} : { seen }),
});

/** Every parameter that the address does not have itself is a filter. */
const filtersOf = (query: Page | ListQuery, own: readonly string[]): FieldFilters =>
  Object.fromEntries(Object.entries(query).filter(([name]) => !own.includes(name))) as FieldFilters;

const listed = (fields: SentFields): FieldFilters =>
  Object.fromEntries(Object.entries(fields).map(([field, values]) => [field, [values].flat()]));

/** Of a list of users, no items. */
type SentList = Pick<Recommendation, 'engine' | 'fallback' | 'item_ids'>;

/** A HEAD, which fastify answers as the GET, sends nobody its list. */
const isShown = ({ method }: FastifyRequest): boolean => method !== 'HEAD';

const pageOf = ({ limit, offset, exclude }: Page): Page => ({ limit, offset, exclude });

export const addListRoutes = ({
  app,
  source,
  events,
  online,
  metrics,
  nouns,
  userFields,
  itemFields,
}: ApiContext): void => {
  const { user, users, item, items } = nouns;
  const forUser = `${BASE}/${items}/for-${user}`;

  const tell = (bundle: ServedBundle, { engine, fallback, item_ids }: SentList, http: FastifyRequest): void => {
    http.engine = http.engine === null || http.engine === engine ? engine : 'mixed';
    if (isShown(http)) {
      metrics.listed(bundle, engine, fallback !== null, item_ids);
    }
  };
  const caches: Readonly<Record<Arm, AnswerCache<Recommendation>>> = {
    champion: createAnswerCache(MOST_CACHED),
    challenger: createAnswerCache(MOST_CACHED),
  };

  /** The experiment's list where there is one, else the champion's. */
  const listFor = (
    http: FastifyRequest,
    champion: ServedBundle,
    asked: RecommendRequest,
    recommend: Recommend,
  ): Recommendation & { readonly experiment?: ListExperiment } => {
    const list = online?.make(asked, http.id, recommend) ?? null;
    if (list === null) {
      const answer = recommend('champion', champion, asked);
      tell(champion, answer, http);
      return answer;
    }
    const { answer, experiment, bundle } = list;
    tell(bundle, answer, http);
    if (experiment === null) {
      return answer;
    }
    if (isShown(http)) {
      metrics.experimented(experiment.arm);
      http.experimentLists = [...(http.experimentLists ?? []), list];
    }
    return { ...answer, experiment };
  };

  app.get<{ Params: Id; Querystring: ListQuery }>(
    `${forUser}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'recommend',
        summary: `${items} for a ${user}, best first, without those that the ${user} has met`,
        params: idParams(`Id of the ${user}. One that is not known is answered too.`),
        querystring: recommendationQuery([...new Set([...itemFields, ...userFields])]),
        response: answers(RECOMMENDATION, `The ${items}.`),
      },
    },
    (request, reply) => {
      const { query, params } = request;
      const userId = params.id;
      const bundle = source.current();
      const asked: RecommendRequest = {
        ...pageOf(query),
        ...choicesOf(query),
        ...{ filters: filtersOf(query, LIST_PARAMETERS), preferences: {}, userId },
      };
      const answer = listFor(request, bundle, asked, (arm, of, wanted) => {
        // What else is left out follows from both models.
        if (wanted.exclude !== asked.exclude) {
          return of.recommender.recommend(wanted);
        }
        // A list that is drafted from is longer than the page.
        const key = `${wanted.offset}+${wanted.limit} ${request.url}`;
        const { items: givenItems, users: givenUsers } = of.additions ?? { items: NO_ROWS, users: NO_ROWS };
        const revision = `${events?.revisionOf(userId) ?? 0}/${givenItems.revision()}/${givenUsers.revision()}`;
        const { answer: found, isHit } = caches[arm].find(of, key, revision, () => of.recommender.recommend(wanted));
        metrics.looked(isHit);
        return found;
      });
      uncached(reply).send({ user_id: userId, ...answer, request_id: request.id });
    },
  );

  app.post<{ Body: BatchBody }>(
    `${forUser}/batch`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'recommendBatch',
        summary: `${items} for several ${users}, all of one bundle but for an experiment online`,
        body: BATCH_BODY,
        response: answers(BATCH_ANSWER, `A list for each ${user}, in the order asked.`),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { filters = {}, preferences = {}, user_ids } = body;
      const wanted = {
        ...pageOf(body),
        ...choicesOf(body),
        filters: listed(filters),
        preferences: listed(preferences),
      };
      const bundle = source.current();
      const results = [];
      for (const userId of user_ids) {
        const asked = { ...wanted, userId };
        const answer = listFor(request, bundle, asked, (_, of, made) => of.recommender.recommend(made));
        results.push({ user_id: userId, ...answer });
        // Others are not to wait for all of them.
        await breathe();
      }
      return uncached(reply).send({ results, request_id: request.id });
    },
  );

  app.get<{ Params: Id; Querystring: Page & FieldFilters }>(
    `${BASE}/${users}/for-${item}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: `recommendUsers`,
        summary: `${users} who may want a ${item}, best first, without those who have met it`,
        params: idParams(`Id of the ${item}.`),
        querystring: itemQuery(userFields),
        response: answers(USERS_FOR_ITEM, `The ${users}.`),
      },
    },
    (request, reply) => {
      const { query, params } = request;
      const asked = { ...pageOf(query), filters: filtersOf(query, PAGE_PARAMETERS), itemId: params.id };
      const bundle = source.current();
      const answer = bundle.recommender.usersFor(asked);
      tell(bundle, { ...answer, item_ids: [] }, request);
      uncached(reply).send({ item_id: params.id, ...answer, request_id: request.id });
    },
  );

  app.get<{ Params: Id; Querystring: Page & FieldFilters }>(
    `${BASE}/${items}/similar-to/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'similarItems',
        summary: `${items} like a ${item}, most alike first`,
        params: idParams(`Id of the ${item}.`),
        querystring: itemQuery(itemFields),
        response: answers(SIMILAR_ITEMS, `The ${items}.`),
      },
    },
    (request, reply) => {
      const { query, params } = request;
      const bundle = source.current();
      const answer = bundle.recommender.similarItems({
        ...pageOf(query),
        filters: filtersOf(query, PAGE_PARAMETERS),
        itemId: params.id,
      });
      tell(bundle, answer, request);
      uncached(reply).send({ item_id: params.id, ...answer, request_id: request.id });
    },
  );
};
