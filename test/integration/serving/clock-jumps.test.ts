/** A server on a machine whose clock is set: an hour back, a day ahead. */
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSteadyWallClock, systemClock } from '../../../host/clock.ts';
import { readObservations } from '../../../pipeline/online/read-observations.ts';
import { openEventLog } from '../../../serving/events/event-log.ts';
import { eventually } from '../../support/eventually.ts';
import { onlineExperiment, readImpressions, userOf } from '../../support/online-experiments.ts';
import { ask, post, startServing } from '../../support/serving.ts';

const LISTS = '/api/recommendations/startups/for-developer';
const HOUR_MS = 3_600_000;
const BEGIN_MS = Date.UTC(2026, 0, 1, 12);
const JUMPS = [
  ['an hour back', -HOUR_MS],
  ['a day ahead', 24 * HOUR_MS],
] as const;

const setWallClock = (ms: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: ms });
};

describe('serving: clock jumps', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(JUMPS)('limits callers by the second where the clock is set %s', async (_, byMs) => {
    setWallClock(BEGIN_MS);
    const { url } = await startServing({ rateLimit: 5 });
    const statusOf = async (): Promise<number> => (await ask(`${url}${LISTS}/hot`)).status;
    const flood = async (): Promise<readonly number[]> => Promise.all(Array.from({ length: 30 }, () => statusOf()));
    expect(await flood()).toContain(429);
    setWallClock(BEGIN_MS + byMs);
    await eventually('the next second has come', statusOf, (status) => status === 200, { withinMs: 5_000 });
    expect(await flood()).toContain(429);
  });

  it.each(JUMPS)('sees the events of another server, each once, where the clock is set %s', async (_, byMs) => {
    setWallClock(BEGIN_MS);
    const { url, folder, events } = await startServing();
    const log = () => undefined;
    const other = await openEventLog({ path: join(folder, 'events.ndjson'), clock: systemClock, log });
    onTestFinished(() => other.close());
    const eventOf = (event_id: string) => ({ event_id, user_id: 'hot', item_id: 'i4', type: 'view' });
    await post(`${url}/api/events`, eventOf('e1'));
    setWallClock(BEGIN_MS + byMs);
    await post(`${url}/api/events`, eventOf('e2'));
    await eventually(
      'both are seen',
      () => other.overlay.interactions('hot'),
      (count) => count === 2,
      { withinMs: 5_000 },
    );
    expect((await post(`${url}/api/events`, eventOf('e1'))).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(events.status()).toEqual({ problem: null, events: 2, damagedLines: 0 });
    expect(await events.erase('hot')).toBe(2);
  });

  it('attributes what users do to the lists before it, whatever the clock was set to in between', async () => {
    let wallMs = BEGIN_MS;
    const nowMs = createSteadyWallClock(() => wallMs, systemClock.nowMs);
    const serving = await startServing({ timestamp: () => new Date(nowMs()).toISOString() });
    const [champion, challenger] = [await serving.openBundle(), await serving.openBundle()];
    const experiment = onlineExperiment({
      ...{ started_at: new Date(BEGIN_MS).toISOString(), attribution_hours: 48 },
    });
    serving.experiment({ experiment, bundles: { champion, challenger } });
    const users = (['champion', 'challenger'] as const).map((arm) => userOf(arm, experiment));
    const listAndLike = async (userId: string, jumpMs: number): Promise<void> => {
      const { item_ids } = (await ask(`${serving.url}${LISTS}/${userId}?limit=2`)).body;
      await systemClock.sleep(2);
      wallMs += jumpMs;
      const sent = { event_id: `like of ${userId}`, user_id: userId, item_id: item_ids[0], type: 'like' };
      expect((await post(`${serving.url}/api/events`, sent)).status).toBe(200);
    };
    await listAndLike(users[0] ?? '', -HOUR_MS);
    await listAndLike(users[1] ?? '', 25 * HOUR_MS);
    wallMs -= 24 * HOUR_MS;
    const impressions = await eventually(
      'both lists are written',
      () => readImpressions(serving.impressionsFile),
      (seen) => seen.length === 2,
      { withinMs: 5_000 },
    );
    const times = impressions.map(({ at }) => at);
    expect(times).toEqual([...times].sort());

    const observed = await readObservations({
      ...{ experiment, impressionsFile: serving.impressionsFile, takesPart: () => true },
      eventsFile: join(serving.folder, 'events.ndjson'),
      positiveTypes: async () => ['like'],
    });
    expect(observed.users.map(({ user_id, lists, interactions }) => ({ user_id, lists, interactions }))).toEqual(
      users.map((user_id) => ({ user_id, lists: 1, interactions: { like: 1 } })),
    );
    expect(observed.losses).toMatchObject({ early_events: 0, events_without_list: 0, lost_impressions: 0 });
  });
});
