import { TtExpError } from '../contracts/errors.ts';
import type { Overlay, Recommender, RecommendRequest } from '../contracts/recommendation.ts';
import type { EngineName } from '../contracts/serving.ts';
import { DIVERSIFIED_CANDIDATES } from '../policy/serving/diversify.ts';
import { type Route, type RouterThresholds, routeRequest } from '../policy/serving/route-request.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import { openContentSearch, openItemSearch } from '../registry/search/bundle-search.ts';
import { createExactSearch, scanRows } from '../registry/search/exact-search.ts';
import { isZero, lengthOf, type Matrix } from '../registry/search/matrix.ts';
import type { RankedRows, VectorSearch } from '../registry/search/vector-search.ts';
import type { OnlineRows } from './additions/online-rows.ts';
import { type CatalogueSide, createCatalogueSide, createCombinedSearch } from './catalogue-side.ts';
import { checkRequest } from './check-request.ts';
import { createContent, withoutContent } from './engines/content.ts';
import type { Engine, Ranker, Wanted } from './engines/engine.ts';
import { createCountRanking, createPopularity } from './engines/popularity.ts';
import { createTwoTower } from './engines/two-tower.ts';
import { createFieldFilter, type Passing } from './field-filter.ts';
import { createWhoMet, interactionsOf, likedBy, likedSince, metBy } from './history.ts';
import { lastResort } from './last-resort.ts';
import { readFilters } from './read-filters.ts';
import { rerank } from './rerank.ts';
import { createUserVectors, type UserVector, whyNoVector } from './user-vectors.ts';

const NOTHING_SINCE: Overlay = { events: () => [], seen: () => [], interactions: () => 0, metBy: () => [] };

export interface RecommenderOptions {
  readonly overlay?: Overlay;
  /** Of the router; default: content below 5 interactions, the model from there. */
  readonly thresholds?: RouterThresholds;
  /** What was given online since, encoded for this bundle. Default: nothing. */
  readonly additions?: { readonly users: OnlineRows; readonly items: OnlineRows };
}

const rowsOf = ({ rowOf }: CatalogueSide, ids: Iterable<string>): readonly number[] =>
  [...ids].flatMap((id) => rowOf(id) ?? []);

const idsOf = ({ idOf }: CatalogueSide, rows: readonly number[]): readonly string[] => rows.map(idOf);

/** Of cosines that are asked for seldom: every row is scored. */
const createScan = (matrix: Matrix): VectorSearch => ({
  kind: 'exact',
  search: (request, measure) => scanRows(matrix, request, measure),
});

const pageOf = (
  { rows, scores }: RankedRows,
  { offset = 0, limit }: { offset?: number; limit: number },
): RankedRows => ({
  rows: rows.slice(offset, offset + limit),
  scores: scores.slice(offset, offset + limit),
});

const whyNone = ({ none }: Passing) => (none === null ? {} : { reason: none });

interface Found {
  readonly engine: EngineName;
  readonly ranked: RankedRows;
  readonly reason: string;
  readonly fallback: string | null;
}

/** Fills the matrices that it searches without holding up the event loop. The bundle must not change. */
export const createBundleRecommender = async (
  bundle: LoadedBundle,
  { overlay = NOTHING_SINCE, thresholds, additions }: RecommenderOptions = {},
): Promise<Recommender> => {
  const { manifest } = bundle;
  const users = createCatalogueSide(bundle.users, additions?.users);
  const items = createCatalogueSide(bundle.items, additions?.items);
  const itemSearch = createCombinedSearch(await openItemSearch(bundle), items, ({ vector }) => vector);
  const userSearch = createCombinedSearch(await createExactSearch(bundle.users.vectors), users, ({ vector }) => vector);
  const byContent = (search: VectorSearch | null, side: CatalogueSide): VectorSearch | null =>
    search === null ? null : createCombinedSearch(search, side, ({ content }) => content);
  const userContent = bundle.users.content;
  const contentSearch = {
    users: byContent(userContent === null ? null : createScan(userContent), users),
    items: byContent(await openContentSearch(bundle), items),
  };
  const whoMet = await createWhoMet(bundle);
  const byPopularity = await createCountRanking(bundle.popularity);
  const byInteractions = await createCountRanking(bundle.interactions);
  const popularity = createPopularity(byPopularity, items);
  const engines: Readonly<Record<EngineName, Engine>> = {
    two_tower: createTwoTower(itemSearch),
    content:
      contentSearch.items === null
        ? withoutContent
        : createContent({ bundle, users, items, search: contentSearch.items }),
    popularity: () => popularity,
  };
  const itemFilter = createFieldFilter(items, manifest.nouns.item);
  const userFilter = createFieldFilter(users, manifest.nouns.user);
  const vectorOf = createUserVectors(bundle, users, overlay);
  const about = { model_version: manifest.model.version, bundle: bundle.digest };

  const itemRow = (id: string): number => {
    const row = items.rowOf(id);
    if (row === undefined) {
      throw new TtExpError('ITEM_NOT_FOUND', `${manifest.nouns.item}: got "${id}", which is not in this bundle`, {
        hint: `It holds the ${manifest.nouns.items} of ${manifest.dataset_version}. Check the id.`,
      });
    }
    return row;
  };

  /** Online events that the bundle's number does not have: those of items that it knows of are in the data by now. */
  const newSince = (userId: string, row: number | null): number => {
    const since = overlay.interactions(userId);
    if (since === 0) {
      return 0;
    }
    const known = new Set(row === null ? [] : metBy(bundle, row, 'all'));
    const again = [...overlay.events(userId)].filter(({ item_id }) => known.has(items.rowOf(item_id) ?? -1));
    return since - again.length;
  };

  const readAsker = (request: RecommendRequest) => {
    const row = users.rowOf(request.userId) ?? null;
    const seen = request.seen ?? 'all';
    const since = seen === 'all' ? rowsOf(items, overlay.seen(request.userId)) : [];
    const filtered = readFilters(bundle, () => row !== null, { items: itemFilter, users: userFilter }, request);
    // Not every engine asks for what follows, and the reason asks for the vector again.
    let vector: UserVector | string | undefined;
    const met = [...(row === null ? [] : metBy(bundle, row, seen)), ...since];
    const unwanted = [...rowsOf(items, request.exclude), ...filtered.passing.hiddenOnline];
    const hasMetAll = met.length > 0 && met.length >= items.size() && new Set(met).size === items.size();
    const isFiltered = filtered.passing.hidden !== null;
    return {
      row,
      vector: () => {
        vector ??= row === null ? 'the user has no vector in this bundle' : vectorOf(row, request.userId, seen);
        return vector;
      },
      ...filtered,
      exceptMet: !isFiltered && hasMetAll ? unwanted : null,
      liked: () => {
        const before = row === null ? [] : likedBy(bundle, row, seen);
        return seen === 'all' ? likedSince(bundle, items.rowOf, before, overlay.events(request.userId)) : before;
      },
      excluded: [...met, ...unwanted],
      interactions:
        (row === null ? 0 : interactionsOf(bundle, row, seen)) + (seen === 'all' ? newSince(request.userId, row) : 0),
    };
  };

  const route = (request: RecommendRequest, asker: ReturnType<typeof readAsker>) => {
    // The engine that was asked last is the one that answers, unless none could.
    const last: { ranker: Ranker | string | null } = { ranker: null };
    const { row, interactions, preferences } = asker;
    const chosen: Route = routeRequest(
      {
        isKnown: row !== null,
        interactions,
        hasPreferences: Object.keys(preferences).length > 0,
        // A function rather than getters: V8 keeps a shape for each object that has new ones, and what they hold with it.
        unavailable: (name) => {
          last.ranker = engines[name](asker);
          return typeof last.ranker === 'string' ? last.ranker : undefined;
        },
        engine: request.engine,
      },
      thresholds,
    );
    const ranker = chosen.engine === 'popularity' ? popularity : last.ranker;
    if (typeof ranker !== 'function') {
      throw new TtExpError('INTERNAL', `router: got ${chosen.engine}, which cannot answer: ${ranker}`);
    }
    return { ...chosen, ranker };
  };

  /** By vectors of the model, then by content, then by count. */
  const findAbout = (
    item: number,
    wanted: Wanted,
    ways: {
      readonly vectors: (query: Float32Array) => RankedRows;
      readonly content: VectorSearch | null;
      readonly counts: () => RankedRows;
    },
  ): Found => {
    const reason = `by ${manifest.nouns.item}`;
    const vector = items.vectorAt(item);
    if (vector !== null && !isZero(vector)) {
      return { engine: 'two_tower', ranked: ways.vectors(vector), reason, fallback: null };
    }
    const modelProblem = `two_tower: the vector of the ${manifest.nouns.item} ${vector === null ? whyNoVector(items.onlineAt(item)) : 'is zero'}`;
    const content = items.contentAt(item);
    if (content !== null && ways.content !== null && !isZero(content)) {
      return {
        engine: 'content',
        ranked: ways.content.search({ ...wanted, query: content }),
        reason,
        fallback: modelProblem,
      };
    }
    const fallback = `${modelProblem}; content: there is none to compare`;
    return { engine: 'popularity', ranked: ways.counts(), reason, fallback };
  };

  return {
    recommend: (request) => {
      checkRequest(request, bundle);
      const { offset = 0, limit, diversity = 0, damping = 0 } = request;
      const asker = readAsker(request);
      const { ranker, ...chosen } = route(request, asker);
      const isReranked = diversity > 0 || damping > 0;
      const k = Math.max(offset + limit, isReranked ? DIVERSIFIED_CANDIDATES : 0);
      const wanted = { k, hidden: asker.passing.hidden, excluded: asker.excluded };
      const list = { ...chosen, ranked: ranker(wanted) };
      const isRouted = request.engine === undefined && (request.seen ?? 'all') === 'all';
      const isLast = isRouted && list.ranked.rows.length === 0 && asker.passing.none === null;
      const { exceptMet } = asker;
      const resort = { list, wanted, ranker, popularity, exceptMet, noun: manifest.nouns.item };
      const { engine, reason, fallback, ranked: found } = isLast ? lastResort(resort) : list;
      const ranked = isReranked
        ? rerank(items, bundle.popularity, found, { diversity, damping, places: offset + limit })
        : found;
      const { rows, scores } = pageOf(ranked, request);
      const vector = engine === 'two_tower' ? asker.vector() : null;
      const heedsLikes = typeof vector === 'object' && vector?.heedsLikes === true;
      const heeded = heedsLikes ? 'their vector heeds what they have liked since' : [];
      const why = asker.passing.none ?? [reason, heeded, asker.unapplied].flat().join('; ');
      return { item_ids: idsOf(items, rows), scores, engine, reason: why, fallback, ...about };
    },
    usersFor: (request) => {
      checkRequest(request, bundle);
      const item = itemRow(request.itemId);
      const passing = userFilter.passing(request.filters);
      const wanted = {
        k: (request.offset ?? 0) + request.limit,
        hidden: passing.hidden,
        excluded: new Set([
          ...whoMet(item),
          ...rowsOf(users, overlay.metBy(request.itemId)),
          ...rowsOf(users, request.exclude),
          ...passing.hiddenOnline,
        ]),
      };
      const { ranked, ...found } = findAbout(item, wanted, {
        vectors: (query) => userSearch.search({ ...wanted, query }),
        content: contentSearch.users,
        counts: () => byInteractions(users.size(), wanted),
      });
      const { rows, scores } = pageOf(ranked, request);
      return { user_ids: idsOf(users, rows), scores, ...found, ...about, ...whyNone(passing) };
    },
    similarItems: (request) => {
      checkRequest(request, bundle);
      const item = itemRow(request.itemId);
      const passing = itemFilter.passing(request.filters);
      const wanted = {
        k: (request.offset ?? 0) + request.limit,
        hidden: passing.hidden,
        excluded: new Set([item, ...rowsOf(items, request.exclude), ...passing.hiddenOnline]),
      };
      const { ranked, ...found } = findAbout(item, wanted, {
        vectors: (query) => {
          const length = lengthOf(query);
          return itemSearch.search({ ...wanted, query: query.map((value) => value / length) }, 'cosine');
        },
        content: contentSearch.items,
        counts: () => byPopularity(items.size(), wanted),
      });
      const { rows, scores } = pageOf(ranked, request);
      return { item_ids: idsOf(items, rows), scores, ...found, ...about, ...whyNone(passing) };
    },
  };
};
