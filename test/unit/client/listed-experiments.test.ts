import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { type ListedExperiment, listChanges } from '../../../client/listed-experiments.ts';

const NOON = Date.UTC(2026, 0, 2, 12);

const row = (place: number, change: Partial<ListedExperiment> = {}): ListedExperiment => ({
  experimentId: `demo-000000000${place}`,
  workflowId: `tt-exp/demo/000000000${place}`,
  status: 'COMPLETED',
  startedAtMs: NOON - 60_000,
  endedAtMs: NOON,
  outcome: { trials: { ended: 1, total: 1 }, best: 0.4, metric: 'map' },
  ...change,
});

const running = { status: 'RUNNING', endedAtMs: null, outcome: null } as const;

/** Answers the one question, and all experiments to any further one. */
const serverWith = (changes: readonly ListedExperiment[], all: readonly ListedExperiment[] = []) => {
  const queries: string[] = [];
  const workflow = {
    async *list({ query }: { readonly query: string }) {
      queries.push(query);
      for (const { workflowId, status, startedAtMs, endedAtMs, outcome } of queries.length === 1 ? changes : all) {
        yield {
          ...{ workflowId, status: { name: status }, startTime: new Date(startedAtMs) },
          ...{ closeTime: endedAtMs === null ? undefined : new Date(endedAtMs), memo: { outcome } },
        };
      }
    },
  };
  return { queries, client: { workflow } as unknown as Pick<Client, 'workflow'> };
};

test('only those that run or ended since two minutes before the newest event are asked for', async () => {
  const { client, queries } = serverWith([]);
  await listChanges(client, [row(1), row(2, { endedAtMs: NOON - 5_000 })]);
  expect(queries).toEqual([
    "WorkflowType = 'experiment' AND (ExecutionStatus = 'Running' OR CloseTime >= '2026-01-02T11:58:00.000Z')",
  ]);
});

test('a list in which nothing has changed is the same object', async () => {
  const known = [row(1), row(2)];
  const { client } = serverWith([row(2)]);
  expect(await listChanges(client, known)).toBe(known);
});

test('what has ended, has begun again or is new takes its place, and the rest are the same objects', async () => {
  const known = [row(1), row(2, running), row(3)];
  const again = { ...row(3, running), startedAtMs: NOON + 1 };
  const { client, queries } = serverWith([row(2), again, row(4, running)]);
  const changed = await listChanges(client, known);
  expect(changed).toEqual([row(4, running), row(1), row(2), again]);
  expect(changed[1]).toBe(known[0]);
  expect(queries).toHaveLength(1);
});

test('an earlier execution that is listed late replaces nothing', async () => {
  const known = [row(1, { ...running, startedAtMs: NOON })];
  const { client } = serverWith([row(1, { ...running, startedAtMs: NOON }), row(1)]);
  expect(await listChanges(client, known)).toEqual(known);
});

test('where one that ran is neither running nor lately ended, all are asked for', async () => {
  const all = [row(7)];
  const { client, queries } = serverWith([row(1)], all);
  expect(await listChanges(client, [row(1), row(2, running)])).toEqual(all);
  expect(queries[1]).toBe("WorkflowType = 'experiment'");
});
