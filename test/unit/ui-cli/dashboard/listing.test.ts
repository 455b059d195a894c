import { expect, test } from 'vitest';
import type { ListedExperiment } from '../../../../client/experiments-client.ts';
import type { DashboardRuntime } from '../../../../ui-cli/dashboard/dashboard-runtime.ts';
import { openSources } from '../../../../ui-cli/dashboard/program/sources.ts';
import { createFakePlatform } from '../../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

const ENDED: ListedExperiment = {
  experimentId: 'demo-0123456789',
  workflowId: 'tt-exp/demo/0123456789',
  status: 'COMPLETED',
  startedAtMs: 0,
  endedAtMs: 1,
  outcome: null,
};

const open = async () => {
  const { openPlatform } = createFakePlatform({ views: [] });
  const asked: (readonly ListedExperiment[])[] = [];
  const server = {
    ...{ rows: [ENDED] as readonly ListedExperiment[], nowMs: 0, error: null as Error | null },
    whole: null as Promise<readonly ListedExperiment[]> | null,
  };
  const { runtime } = createFakeRuntime({
    now: () => server.nowMs,
    openPlatform: async (options) => {
      const platform = await openPlatform(options);
      const list = async (known: readonly ListedExperiment[] = []): Promise<readonly ListedExperiment[]> => {
        asked.push(known);
        if (server.error !== null) {
          throw server.error;
        }
        return known.length === 0 && server.whole !== null ? server.whole : server.rows;
      };
      return { ...platform, experiments: { ...platform.experiments, list } };
    },
  });
  const { signal } = new AbortController();
  const { ask, close } = openSources(runtime as DashboardRuntime, signal);
  return { asked, server, close, list: () => ask.experiments('', { signal, tell: () => undefined }) };
};

test('ui-cli/dashboard/program/sources: the list is brought up to date, and asked for whole beside it every five minutes', async () => {
  const { list, asked, server, close } = await open();
  const first = await list();
  expect(await list()).toBe(first);
  server.nowMs = 299_999;
  await list();
  expect(asked).toEqual([[], [ENDED], [ENDED]]);
  // The whole list takes longer than the next answers.
  const gone: ListedExperiment = { ...ENDED, experimentId: 'gone-0123456789' };
  let arrive: (rows: readonly ListedExperiment[]) => void = () => {};
  server.whole = new Promise((resolve) => {
    arrive = resolve;
  });
  server.rows = [ENDED, gone];
  server.nowMs = 300_000;
  expect(await list()).toMatchObject([ENDED, gone]);
  expect(await list()).toMatchObject([ENDED, gone]);
  expect(asked.slice(3)).toEqual([[], [ENDED], [ENDED, gone]]);
  server.rows = [ENDED];
  arrive([ENDED]);
  await server.whole;
  expect(await list()).toMatchObject([ENDED]);
  await list();
  expect(asked.slice(6)).toEqual([[ENDED], [ENDED]]);
  await close();
});

test('ui-cli/dashboard/program/sources: a whole list that does not come is asked for again, and the list goes on', async () => {
  const { list, asked, server, close } = await open();
  await list();
  server.nowMs = 300_000;
  server.whole = Promise.reject(new Error('deadline'));
  expect(await list()).toMatchObject([ENDED]);
  await server.whole.catch(() => undefined);
  server.whole = null;
  await list();
  await list();
  expect(asked.filter(({ length }) => length === 0)).toHaveLength(3);
  await close();
});

test('ui-cli/dashboard/program/sources: one that runs is asked for its progress each time', async () => {
  const { list, server, close } = await open();
  server.rows = [{ ...ENDED, status: 'RUNNING', endedAtMs: null }];
  const first = await list();
  const second = await list();
  expect(second).not.toBe(first);
  expect(second).toEqual(first);
  await close();
});

test('ui-cli/dashboard/program/sources: another connection may be to another server, and gives the whole list', async () => {
  const { list, asked, server, close } = await open();
  await list();
  server.error = new Error('connection lost');
  await expect(list()).rejects.toThrow('connection lost');
  server.error = null;
  await list();
  expect(asked).toEqual([[], [ENDED], []]);
  await close();
});
