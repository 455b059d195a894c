/** Lists of an experiment online over HTTP, and what is written down of them. */
import { describe, expect, it } from 'vitest';
import type { OnlineExperiment } from '../../../contracts/online-experiment.ts';
import { eventually } from '../../support/eventually.ts';
import { onlineExperiment, readImpressions, userOf } from '../../support/online-experiments.ts';
import { ask, post, startServing } from '../../support/serving.ts';
import { SMALL_BUNDLE } from '../../support/small-bundle.ts';

const LISTS = '/api/recommendations/startups/for-developer';

/** To nobody in particular the champion lists i4 i0 i1 i2 i3 i5, by count; the challenger has i5 first and i4 last. */
const startExperiment = async (change: Partial<OnlineExperiment> = {}) => {
  const serving = await startServing();
  const champion = await serving.openBundle();
  const challenger = await serving.openBundle({ content: { popularity: Float32Array.of(10, 5, 5, 1, 0, 19) } });
  serving.serve(champion);
  const experiment = onlineExperiment(change);
  serving.experiment({ experiment, bundles: { champion, challenger } });
  const impressions = (count: number) =>
    eventually(
      `${count} impressions`,
      () => readImpressions(serving.impressionsFile),
      (seen) => seen.length >= count,
      { withinMs: 10_000 },
    );
  const list = async (userId: string, query = '') => (await ask(`${serving.url}${LISTS}/${userId}${query}`)).body;
  return { ...serving, experiment: experiment, run: serving.experiment, champion, challenger, impressions, list };
};

describe('serving/online: lists', () => {
  it('gives each user the lists of one arm, names its bundle, and writes them down after the answer', async () => {
    const { experiment, champion, challenger, impressions, list } = await startExperiment();
    const [one, other] = [userOf('champion', experiment), userOf('challenger', experiment)];
    const ofOne = await list(one, '?limit=2');
    expect(ofOne).toMatchObject({ item_ids: ['i4', 'i0'], bundle: champion.digest });
    expect(ofOne.experiment).toEqual({ id: 'ab-1', arm: 'champion', bundles: { champion: champion.digest } });
    const ofOther = await list(other, '?limit=2&offset=1');
    expect(ofOther).toMatchObject({ item_ids: ['i0', 'i1'], bundle: challenger.digest });
    expect(ofOther.experiment).toMatchObject({ arm: 'challenger', bundles: { challenger: challenger.digest } });
    const [first, second] = await impressions(2);
    expect(first).toEqual({
      ...{ format: 1, request_id: ofOne.request_id, at: '2026-01-01T00:00:00.000Z', experiment_id: 'ab-1' },
      ...{ user_id: one, arm: 'champion', propensity: 0.5, bundles: { champion: champion.digest } },
      items: [
        { item_id: 'i4', position: 0, arm: 'champion' },
        { item_id: 'i0', position: 1, arm: 'champion' },
      ],
    });
    expect(second?.items.map(({ item_id, position }) => [item_id, position])).toEqual([
      ['i0', 1],
      ['i1', 2],
    ]);
  });

  it('never takes the list of one arm from what it keeps of the other', async () => {
    const { url, experiment, run, champion, challenger, list } = await startExperiment();
    const other = userOf('challenger', experiment);
    const firstOf = async () => (await list(other, '?limit=1')).item_ids[0];
    expect([await firstOf(), await firstOf()]).toEqual(['i5', 'i5']);
    run(null);
    expect([await firstOf(), await firstOf()]).toEqual(['i4', 'i4']);
    run({ experiment, bundles: { champion, challenger } });
    expect(await firstOf()).toBe('i5');
    run({ experiment: { ...experiment, mode: 'interleave', share: 1 }, bundles: { champion, challenger } });
    expect((await list(other, '?limit=1&offset=1')).item_ids).toHaveLength(1);
    run(null);
    expect((await list(other, '?limit=1&offset=1')).item_ids).toEqual(['i0']);
    expect((await ask(`${url}/metrics`)).text).toMatch(/tt_exp_cache_total\{result="hit"\} [1-9]/);
  });

  it('leaves alone whoever names an engine, asks as an offline evaluation, or asks about items', async () => {
    const { url, experiment, impressionsFile, list } = await startExperiment({ share: 1 });
    const user = userOf('challenger', experiment);
    for (const query of ['?engine=popularity', '?seen=before_test']) {
      const answer = await list(user, query);
      expect(answer).not.toHaveProperty('experiment');
      expect(answer.item_ids[0]).toBe('i4');
    }
    expect((await ask(`${url}/api/recommendations/startups/similar-to/i1`)).body).not.toHaveProperty('experiment');
    // Whatever had been written would come before this one.
    await list(user);
    await eventually(
      'the one list of the experiment',
      () => readImpressions(impressionsFile),
      (seen) => seen.length > 0,
    );
    expect(await readImpressions(impressionsFile)).toHaveLength(1);
  });

  it.each(['split', 'interleave', 'shadow'] as const)(
    'answers a HEAD as the GET, and counts nothing of it as shown: %s',
    async (mode) => {
      const { url, experiment, impressionsFile, list } = await startExperiment({ mode, share: 0.5 });
      const user = userOf('challenger', experiment);
      const counts = async () =>
        (await ask(`${url}/metrics`)).text
          .split('\n')
          .filter((line) => /^tt_exp_(lists|fallbacks|experiment_lists)_total|^tt_exp_items_listed/.test(line));
      const before = await counts();
      const headOf = async (init: RequestInit) => {
        const id = { 'x-request-id': 'r1' };
        const { status, headers } = await fetch(`${url}${LISTS}/${user}`, { ...init, headers: id });
        return [status, ...['content-type', 'content-length', 'cache-control'].map((name) => headers.get(name))];
      };
      const head = await headOf({ method: 'HEAD' });
      expect(head[2]).toMatch(/^[1-9]/);
      for (const about of ['startups/similar-to/i1', 'developers/for-startup/i1']) {
        expect((await fetch(`${url}/api/recommendations/${about}`, { method: 'HEAD' })).status).toBe(200);
      }
      expect(await counts()).toEqual(before);
      expect(await headOf({})).toEqual(head);
      // Whatever had been written would come before these.
      const { request_id } = await list(user, '?limit=1');
      const seen = await eventually(
        'the two lists that were sent',
        () => readImpressions(impressionsFile),
        (lines) => lines.some((line) => line.request_id === request_id),
      );
      expect(seen.map((line) => line.request_id)).toEqual(['r1', request_id]);
    },
  );

  it('takes every list of a batch for itself', async () => {
    const { url, experiment, champion, challenger, impressions } = await startExperiment();
    const user_ids = [userOf('champion', experiment), userOf('challenger', experiment)];
    const { body } = await post(`${url}${LISTS}/batch`, { user_ids, limit: 1 });
    expect(body.results).toMatchObject([
      { item_ids: ['i4'], bundle: champion.digest, experiment: { arm: 'champion' } },
      { item_ids: ['i5'], bundle: challenger.digest, experiment: { arm: 'challenger' } },
    ]);
    expect((await impressions(2)).map(({ user_id, arm }) => [user_id, arm])).toEqual([
      [user_ids[0], 'champion'],
      [user_ids[1], 'challenger'],
    ]);
  });

  it('interleaves both lists for the share, each item once and with the score of who drafted it, page by page', async () => {
    const { experiment, champion, challenger, impressions, list } = await startExperiment({ mode: 'interleave' });
    const [without, user] = [userOf('champion', experiment), userOf('challenger', experiment)];
    expect(await list(without)).not.toHaveProperty('experiment');
    const whole = await list(user, '?limit=6');
    expect(whole).toMatchObject({
      bundle: champion.digest,
      experiment: { arm: null, bundles: { champion: champion.digest, challenger: challenger.digest } },
    });
    expect([...whole.item_ids].sort()).toEqual(SMALL_BUNDLE.items.ids);
    // Whoever drafts first, the favourites of both are the first two.
    expect(new Set(whole.item_ids.slice(0, 2))).toEqual(new Set(['i4', 'i5']));
    expect(whole.scores.slice(0, 2)).toEqual([19 / 40, 19 / 40]);
    const pages = [await list(user, '?limit=4'), await list(user, '?limit=2&offset=4')];
    expect(pages.flatMap(({ item_ids }) => item_ids)).toEqual(whole.item_ids);
    const [written, , page] = await impressions(3);
    expect(written).toMatchObject({ user_id: user, arm: null, propensity: 0.5 });
    expect(written?.items.filter(({ arm }) => arm === 'champion')).toHaveLength(3);
    expect(written?.items.find(({ item_id }) => item_id === 'i4')?.arm).toBe('champion');
    expect(page?.items.map(({ position }) => position)).toEqual([4, 5]);
  });

  it('goes on behind the hundred places of a draft with what it left of the champion, and writes that down for nobody', async () => {
    const { experiment, run, list, impressions, serve, openBundle } = await startExperiment();
    const ids = Array.from({ length: 130 }, (_, number) => `i${String(number).padStart(3, '0')}`);
    const bundleBy = (countOf: (number: number) => number) =>
      openBundle({
        content: {
          items: { ...SMALL_BUNDLE.items, ids, ...{ vectors: new Float32Array(260), content: new Float32Array(260) } },
          popularity: Float32Array.from(ids, (_, number) => countOf(number)),
        },
      });
    const champion = await bundleBy((number) => 1000 - number);
    const challenger = await bundleBy((number) => 1 + number);
    serve(champion);
    run({ experiment: { ...experiment, mode: 'interleave', share: 1 }, bundles: { champion, challenger } });
    const pages = [];
    for (const offset of [0, 40, 80, 120]) {
      pages.push(await list('somebody', `?limit=40&offset=${offset}`));
    }
    expect(pages.map(({ experiment: of, item_ids }) => [of?.arm, item_ids.length])).toEqual([
      [null, 40],
      [null, 40],
      [null, 40],
      [undefined, 10],
    ]);
    expect(pages.flatMap(({ item_ids }) => item_ids).sort()).toEqual(ids);
    expect((await impressions(3)).map(({ items }) => items.map(({ position }) => position).at(-1))).toEqual([
      39, 79, 99,
    ]);
    // The same address, whose answers are kept, by turns.
    expect((await list('somebody', '?limit=100&offset=100')).item_ids).toHaveLength(30);
    run(null);
    expect((await list('somebody', '?limit=100&offset=100')).item_ids).toEqual(ids.slice(100));
    expect((await list('somebody', '?limit=40&offset=120')).item_ids).toEqual(ids.slice(120));
  });

  it('keeps what the challenger would have listed, and shows it to nobody', async () => {
    const { champion, challenger, experiment, impressions, list } = await startExperiment({ mode: 'shadow' });
    const user = userOf('challenger', experiment);
    expect(await list(user, '?limit=2')).toMatchObject({
      ...{ item_ids: ['i4', 'i0'], bundle: champion.digest, experiment: { arm: 'champion' } },
    });
    expect(await list(userOf('champion', experiment))).not.toHaveProperty('experiment');
    expect(await impressions(1)).toMatchObject([
      { user_id: user, arm: 'champion', unseen: ['i5', 'i0'], bundles: { challenger: challenger.digest } },
    ]);
  });

  it('erases the impressions of a user with their events', async () => {
    const { url, experiment, impressions, impressionsFile, list } = await startExperiment();
    const [one, other] = [userOf('champion', experiment), userOf('challenger', experiment)];
    await Promise.all([list(one), list(other), list(one)]);
    await impressions(3);
    const erased = await ask(`${url}/api/events/for-developer/${one}`, { method: 'DELETE' });
    expect([erased.status, erased.body.erased]).toEqual([200, 0]);
    expect((await readImpressions(impressionsFile)).map(({ user_id }) => user_id)).toEqual([other]);
  });

  it('names the experiment where it is ready, and counts its lists by who made them', async () => {
    const { url, experiment, run, list } = await startExperiment();
    await list(userOf('challenger', experiment));
    expect((await ask(`${url}/readyz`)).body.experiment).toBe('ab-1');
    const { text } = await ask(`${url}/metrics`);
    expect(text).toContain('tt_exp_experiment_lists_total{arm="challenger"} 1');
    expect(text).toContain('tt_exp_impressions_writable 1');
    run(null);
    expect((await ask(`${url}/readyz`)).body.experiment).toBeNull();
  });
});
