/** Items given online beside a catalogue that is searched through an index. */
import { beforeAll, expect, it } from 'vitest';
import { elementAt } from '../../../../contracts/element-at.ts';
import type { Recommendation } from '../../../../contracts/recommendation.ts';
import { createGenerator, toUnit } from '../../../../models/numerics/prng.ts';
import { type LoadedBundle, loadBundle } from '../../../../registry/bundle/load-bundle.ts';
import { dotAt, lengthOf, type Matrix, rowOf } from '../../../../registry/search/matrix.ts';
import { createMeasuredIndex, sampleUsers } from '../../../../registry/search/measure-recall.ts';
import { NO_ROWS, type OnlineRow, type OnlineRows } from '../../../../serving/additions/online-rows.ts';
import { createBundleRecommender } from '../../../../serving/recommender.ts';
import { writeSmallBundle } from '../../../support/small-bundle.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const DIM = 8;
const ITEMS = 2_000;
const USERS = 20;
const ONLINE = 200;
const LEAST_RECALL = 0.98;
const TYPES = ['job', 'collaboration', 'job', 'job'];

const unitVectors = (rows: number, seed: number): Matrix => {
  const next = createGenerator(seed);
  const values = Float32Array.from({ length: rows * DIM }, () => 2 * toUnit(next()) - 1);
  for (let row = 0; row < rows; row += 1) {
    const vector = values.subarray(row * DIM, (row + 1) * DIM);
    vector.set(vector.map((value) => value / lengthOf(vector)));
  }
  return { values, rows, dim: DIM };
};
const typeOf = (row: number): string => TYPES[row % TYPES.length] ?? '';
const idsOf = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n}`);

const users = unitVectors(USERS, 1);
const items = unitVectors(ITEMS, 2);
const given = unitVectors(ONLINE, 3);
const online: readonly OnlineRow[] = idsOf('new', ONLINE).map((id, row) => ({
  ...{
    id,
    fields: { type: typeOf(row) },
    vector: rowOf(given, row),
    content: null,
    isEncoded: true,
    heedsLikes: false,
  },
}));
const onlineRows: OnlineRows = {
  ...{ rows: () => online, revision: () => 1 },
  placeOf: (id) => (id.startsWith('new') ? Number(id.slice(3)) : undefined),
};

let bundle: LoadedBundle;

beforeAll(async () => {
  const index = await createMeasuredIndex({
    ...{ items, isNormalised: true, threads: 1, leastRecall: LEAST_RECALL, onStep: () => undefined },
    queries: sampleUsers(users),
  });
  const { folder } = await writeSmallBundle(await temporaryFolder(), {
    facts: { embedding_dim: DIM, is_normalised: true, search: index.facts, content: { kind: 'none' } },
    content: {
      users: { ids: idsOf('u', USERS), vectors: users.values, content: null, fields: new Map() },
      items: {
        ...{ ids: idsOf('i', ITEMS), vectors: items.values, content: null },
        fields: new Map([['type', Array.from({ length: ITEMS }, (_, row) => typeOf(row))]]),
      },
      popularity: new Float32Array(ITEMS),
      interactions: new Int32Array(USERS).fill(25),
      // Everybody met item 0.
      history: {
        starts: Int32Array.from({ length: USERS + 1 }, (_, user) => user),
        items: new Int32Array(USERS),
        flags: new Uint8Array(USERS).fill(4),
      },
      saveIndex: index.save,
    },
  });
  bundle = await loadBundle(folder);
  expect(bundle.manifest.search.kind).toBe('index');
});

interface Scored {
  readonly id: string;
  readonly score: number;
}

/** Every row of both, scored. */
const scoredFor = (user: number, isCandidate: (id: string, type: string) => boolean): readonly Scored[] => {
  const query = rowOf(users, user);
  const all = [...idsOf('i', ITEMS), ...idsOf('new', ONLINE)].map((id, row) => {
    const vector = row < ITEMS ? rowOf(items, row) : rowOf(given, row - ITEMS);
    return { id, type: typeOf(row < ITEMS ? row : row - ITEMS), score: Math.fround(dotAt(vector, 0, query)) };
  });
  return all.filter(({ id, type }) => isCandidate(id, type)).sort((a, b) => b.score - a.score);
};

const isNew = (id: string): boolean => id.startsWith('new');

it.each([
  ['without a filter', {}, [], () => true],
  ['with a filter that most pass', { type: ['job'] }, [], (_: string, type: string) => type === 'job'],
  ['with a filter that few pass', { type: ['collaboration'] }, [], (_: string, type: string) => type !== 'job'],
  [
    'with some excluded',
    {},
    [...idsOf('new', 50), 'i7'],
    (id: string) => id !== 'i7' && !(isNew(id) && Number(id.slice(3)) < 50),
  ],
] as const)('are where their scores belong, %s', async (_, filters, exclude, isCandidate) => {
  const recommender = await createBundleRecommender(bundle, { additions: { users: NO_ROWS, items: onlineRows } });
  let [hits, places] = [0, 0];
  for (let user = 0; user < USERS; user += 1) {
    const request = { userId: `u${user}`, limit: 50, filters, exclude, preferences: {} };
    const pages: readonly Recommendation[] = [0, 50].map((offset) => recommender.recommend({ ...request, offset }));
    const ids = pages.flatMap(({ item_ids }) => item_ids);
    const scores = pages.flatMap((page) => page.scores);
    const wanted = scoredFor(user, (id, type) => id !== 'i0' && isCandidate(id, type)).slice(0, 100);
    const scoreOf = new Map(scoredFor(user, () => true).map(({ id, score }) => [id, score]));
    expect(pages[0]).toMatchObject({ engine: 'two_tower', fallback: null });
    expect([ids.length, new Set(ids).size]).toEqual([100, 100]);
    expect(scores.map(Math.fround)).toEqual(ids.map((id) => scoreOf.get(id)));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    // The index may miss items of its own, which leaves more places to those given online, never less.
    expect(ids.filter(isNew)).toEqual(expect.arrayContaining(wanted.map(({ id }) => id).filter(isNew)));
    expect(wanted.some(({ id }) => isNew(id))).toBe(true);
    const least = elementAt(wanted, 99).score;
    hits += scores.filter((score) => score >= least).length;
    places += 100;
  }
  expect(hits / places).toBeGreaterThanOrEqual(LEAST_RECALL);
});
