import { expect, test } from 'vitest';
import type { SinceThen } from '../../../../client/verdicts-since.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { DashboardRuntime } from '../../../../ui-cli/dashboard/dashboard-runtime.ts';
import { openSources } from '../../../../ui-cli/dashboard/program/sources.ts';
import { createFakePlatform } from '../../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

const outcome = {
  trials: { ended: 1, total: 1 },
  best: 0.4,
  gate: { decision: 'promoted' },
  parentRunId: 'run',
} as const;

test('ui-cli/dashboard/program/sources: asks about the experiments that are named alone; what is known is told beside why the rest is not', async () => {
  const { openPlatform } = createFakePlatform({ views: [] });
  const asked: number[] = [];
  const answers: readonly SinceThen[] = [
    { verdict: null, error: null },
    { verdict: null, error: new TtExpError('INTERNAL', 'gate.json is broken') },
  ];
  const { runtime } = createFakeRuntime({
    openPlatform: async (options) => {
      const platform = await openPlatform(options);
      const [row] = await platform.experiments.list();
      const list = async () =>
        ['a', 'b', 'c'].flatMap((experimentId) =>
          row === undefined ? [] : [{ ...row, experimentId, status: 'COMPLETED' as const, outcome }],
        );
      const verdictsSince = async (ended: readonly object[]) => {
        asked.push(ended.length);
        return answers.slice(0, ended.length);
      };
      return {
        ...platform,
        experiments: { ...platform.experiments, list },
        facts: { ...platform.facts, verdictsSince },
      };
    },
  });
  const { signal } = new AbortController();
  const sources = openSources(runtime as DashboardRuntime, signal);
  const asking = { signal, tell: () => undefined };
  await sources.ask.experiments('', asking);
  const told = await sources.ask.decisions('', { ...asking, version: '7 a c gone' });
  expect(told).toEqual({
    known: { a: 'promoted' },
    askedAtMs: { a: 7, c: 7, gone: 7 },
    problem: expect.stringContaining('gate.json is broken'),
  });
  // Another page keeps what is known of those before; a later answer takes the place of an earlier one.
  expect(await sources.ask.decisions('', { ...asking, version: '9 c' })).toEqual({
    known: { a: 'promoted', c: 'promoted' },
    askedAtMs: { a: 7, c: 9, gone: 7 },
    problem: null,
  });
  expect(asked).toEqual([2, 1]);
  await sources.close();
});
