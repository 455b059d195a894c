/** Served lists beside those of the evaluation, user by user. */
import type { FirstDifference, ServedLists } from '../../contracts/blessing.ts';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { EngineName } from '../../contracts/serving.ts';
import type { EmbeddedDataset } from '../../registry/load-model.ts';
import { dotAt, isZero } from '../../registry/search/matrix.ts';
import type { ServedList } from './ask-server.ts';
import { metBeforeTest, ndcgOf, type OfflineList } from './offline-lists.ts';

/** Of the larger score: closer ones may come in either order. */
const TIE = 1e-5;

export interface ListsToCompare {
  readonly dataset: LoadedDataset;
  readonly embedded: Pick<EmbeddedDataset, 'users' | 'items' | 'dim'>;
  readonly relevanceThreshold: number;
  readonly offline: readonly OfflineList[];
  /** Of the same users, router off. */
  readonly served: readonly ServedList[];
  /** Router on. */
  readonly production: readonly ServedList[];
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const countEngines = (lists: readonly ServedList[]): Readonly<Record<EngineName, number>> => {
  const answeredBy = (name: EngineName): number => lists.filter(({ engine }) => engine === name).length;
  return {
    two_tower: answeredBy('two_tower'),
    content: answeredBy('content'),
    popularity: answeredBy('popularity'),
  };
};

export const compareLists = (options: ListsToCompare): Omit<ServedLists, 'p99Ms'> => {
  const { dataset, embedded, relevanceThreshold, offline, served, production } = options;
  const { userIds, itemIds } = dataset;
  const rows = new Map(itemIds.map((id, row) => [id, row]));
  const rowsIn = ({ item_ids }: ServedList): readonly (number | null)[] => item_ids.map((id) => rows.get(id) ?? null);
  const met = metBeforeTest(dataset);
  const { users, items, dim } = embedded;
  const vectorOf = (user: number): Float32Array => users.subarray(user * dim, (user + 1) * dim);
  const isTie = (user: number, one: number | null | undefined, other: number | undefined): boolean => {
    if (one === other) {
      return true;
    }
    if (one === null || one === undefined || other === undefined) {
      return false;
    }
    const [a, b] = [one, other].map((item) => dotAt(items, item * dim, vectorOf(user))) as [number, number];
    return Math.abs(a - b) <= TIE * Math.max(Math.abs(a), Math.abs(b));
  };

  const compared = offline.flatMap((list, at) => {
    const { user, wanted } = list;
    const answer = elementAt(served, at);
    if (answer.engine !== 'two_tower') {
      return [];
    }
    const listed = rowsIn(answer);
    const places = Array.from({ length: Math.max(listed.length, list.items.length) }, (_, place) => place);
    const place = places.find((one) => !isTie(user, listed[one], list.items[one])) ?? null;
    const hits = list.items.filter((item) => listed.includes(item)).length;
    return [
      {
        ...{ user, place, evaluatedNdcg: list.ndcg, ndcg: ndcgOf(listed, wanted, relevanceThreshold) },
        recall: list.items.length === 0 ? 1 : hits / list.items.length,
        hasMet: place !== null && listed.some((item) => item !== null && met(user, item)),
        first: (at: number): FirstDifference => ({
          ...{ user_id: elementAt(userIds, user), place: at + 1, served: answer.item_ids[at] ?? null },
          evaluated: list.items[at] === undefined ? null : elementAt(itemIds, list.items[at]),
        }),
      },
    ];
  });
  const others = offline.filter((_, at) => elementAt(served, at).engine !== 'two_tower');
  const withoutVector = others.filter(({ user }) => isZero(vectorOf(user))).length;
  const differing = compared.filter(({ place }) => place !== null);
  const [first] = differing;
  const ties = compared.map(({ place, ndcg, evaluatedNdcg }) => (place === null ? Math.abs(ndcg - evaluatedNdcg) : 0));
  return {
    ndcg: mean(compared.map(({ ndcg }) => ndcg)),
    evaluatedNdcg: mean(compared.map(({ evaluatedNdcg }) => evaluatedNdcg)),
    productionNdcg: mean(
      offline.map(({ wanted }, at) => ndcgOf(rowsIn(elementAt(production, at)), wanted, relevanceThreshold)),
    ),
    engines: countEngines(production),
    users: compared.length,
    withoutVector,
    notByModel: others.length - withoutVector,
    differing: differing.length,
    tieDifference: mean(ties),
    recall: compared.length === 0 ? 1 : mean(compared.map(({ recall }) => recall)),
    withMetItems: compared.filter(({ hasMet }) => hasMet).length,
    first: first === undefined || first.place === null ? null : first.first(first.place),
  };
};
