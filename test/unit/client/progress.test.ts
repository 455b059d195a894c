import { describe, expect, test } from 'vitest';
import { createProgressReader, MOST_ASKED } from '../../../client/progress.ts';
import { trialIdOf } from '../../../contracts/ids.ts';
import type { TrialView } from '../../../contracts/trial.ts';
import { progressAt, type TrialFields, trialView } from '../../support/experiment-views.ts';

const running = (count: number, change: Partial<TrialFields> = {}): readonly TrialView[] =>
  Array.from({ length: count }, (_, index) =>
    trialView(index, {
      ...{ trialId: trialIdOf(index), workflowId: trialIdOf(index), status: 'running', isInFlight: true },
      ...change,
    }),
  );

/** A reader of trials of which `isAtWork` says which have a heartbeat, and whom it asked the last time. */
const reader = (isAtWork: (index: number) => boolean = () => true) => {
  let asked: number[] = [];
  const progress = createProgressReader(async (workflowId) => {
    const index = Number(workflowId.slice(-3));
    asked.push(index);
    return isAtWork(index) ? progressAt(4) : null;
  });
  return {
    poll: async (trials: readonly TrialView[]) => {
      asked = [];
      const told = Object.keys(await progress.read({ trials }));
      return { asked: asked.toSorted((a, b) => a - b), told };
    },
  };
};

const indices = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

describe('client/progress', () => {
  test("replicates of the gate's are asked about like trials", async () => {
    const progress = createProgressReader(async (workflowId) => progressAt(workflowId.endsWith('replicate-2') ? 3 : 9));
    const ids = { trialId: 'trial-000-replicate-2', workflowId: 'x/trial-000-replicate-2' };
    const replicates = [trialView(0, { ...ids, status: 'running', isInFlight: true })];
    const told = await progress.read({
      trials: [trialView(0, { status: 'completed' })],
      replicates: { of: 2, trials: replicates },
    });
    expect(told).toEqual({ 'trial-000-replicate-2': progressAt(3) });
  });

  test.each([4, 16, 64, 1000])('of %i trials a poll asks about eight at most', async (count) => {
    const { poll } = reader();
    for (const _ of indices(0, 5)) {
      expect((await poll(running(count))).asked).toHaveLength(Math.min(count, MOST_ASKED));
    }
  });

  test('with eight trials at work each is asked about at every poll', async () => {
    const { poll } = reader();
    await poll(running(8));
    expect((await poll(running(8))).asked).toEqual(indices(0, 8));
  });

  test('of 64 at work each has its turn, and those that are not asked keep what they told', async () => {
    const { poll } = reader();
    const seen = new Set<number>();
    // While unknown trials are left, half of the places go to known ones: 8, then 4 new ones a poll.
    for (const _ of indices(0, 15)) {
      for (const index of (await poll(running(64))).asked) {
        seen.add(index);
      }
    }
    expect(seen.size).toBe(64);
    const turns: number[] = [];
    for (const _ of indices(0, 8)) {
      const { asked, told } = await poll(running(64));
      turns.push(...asked);
      expect(told).toHaveLength(64);
    }
    expect(turns.toSorted((a, b) => a - b)).toEqual(indices(0, 64));
  });

  test('trials that wait for a worker do not take the turns of those at work', async () => {
    const { poll } = reader((index) => index < 4);
    await poll(running(64));
    const polls = await Promise.all([poll(running(64))]);
    expect(polls[0]?.asked.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(polls[0]?.told).toHaveLength(4);
  });

  test('a trial at a rung is not asked about, and shows nothing of the training before', async () => {
    const { poll } = reader();
    await poll(running(2));
    expect(await poll(running(2, { isInFlight: false }))).toEqual({ asked: [], told: [] });
  });

  test('what was told of one rung says nothing of the next', async () => {
    let isTold = true;
    const progress = createProgressReader(async () => (isTold ? progressAt(4) : null));
    expect(Object.keys(await progress.read({ trials: running(1) }))).toEqual(['trial-000']);
    isTold = false;
    const reports = [{ epoch: 4, value: 0.1, sequence: 0 }];
    expect(await progress.read({ trials: running(1, { reports }) })).toEqual({});
  });

  test('a training whose heartbeat is gone for a while keeps what it told last', async () => {
    let isTold = true;
    const progress = createProgressReader(async () => (isTold ? progressAt(4) : null));
    await progress.read({ trials: running(1) });
    isTold = false;
    expect(await progress.read({ trials: running(1) })).toEqual({ 'trial-000': progressAt(4) });
    expect(await progress.read({ trials: running(1, { attempt: 2 }) })).toEqual({});
  });

  test('workers of earlier versions do not say which trials are in flight: all may be', async () => {
    const { isInFlight: _, ...old } = running(1)[0] as TrialView & { readonly isInFlight?: boolean };
    expect((await reader().poll([old as TrialView])).asked).toEqual([0]);
  });
});
