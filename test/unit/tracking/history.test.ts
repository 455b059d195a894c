import { describe, expect, test } from 'vitest';
import { createHistory } from '../../../tracking/history.ts';
import type { Rest } from '../../../tracking/rest.ts';

type Query = Readonly<Record<string, unknown>>;

/** A server that gives one page an answer; a page has a token of its own. */
const serverWith = (pages: readonly object[]) => {
  const asked: Query[] = [];
  const answer = async (_method: string, endpoint: string, query: Query): Promise<unknown> => {
    expect(endpoint).toBe('metrics/get-history');
    asked.push(query);
    return pages[Number(query.page_token ?? 0)];
  };
  return { asked, history: createHistory({ call: answer, callOr: async () => null } as unknown as Rest) };
};

describe('tracking/history', () => {
  test('asks for page after page until there is no token', async () => {
    const { asked, history } = serverWith([
      { metrics: [{ step: '2', value: 0.2, timestamp: '5' }], next_page_token: '1' },
      { metrics: [{ step: '1', value: 0.1, timestamp: '5' }], next_page_token: '' },
      { metrics: [{ step: '3', value: 0.3, timestamp: '5' }] },
    ]);
    expect(await history.metricHistory('run-1', 'val_loss')).toEqual([
      { step: 1, value: 0.1, timestampMs: 5 },
      { step: 2, value: 0.2, timestampMs: 5 },
    ]);
    expect(asked).toMatchObject([{ run_id: 'run-1', metric_key: 'val_loss' }, { page_token: '1' }]);
    expect(asked).toHaveLength(2);
    expect(asked[0]).not.toHaveProperty('page_token');
  });

  test('of a step that was logged twice the last value counts', async () => {
    const metrics = [
      { step: 1, value: 0.1, timestamp: 5 },
      { step: 2, value: 0.2, timestamp: 5 },
      { step: 1, value: 0.9, timestamp: 5 },
    ];
    expect(await serverWith([{ metrics }]).history.metricHistory('run-1', 'val_loss')).toEqual([
      { step: 1, value: 0.9, timestampMs: 5 },
      { step: 2, value: 0.2, timestampMs: 5 },
    ]);
  });

  test('what JSON has no number for comes as text', async () => {
    const metrics = [
      { step: 1, value: 'NaN', timestamp: 5 },
      { step: 2, value: '-Infinity', timestamp: 5 },
    ];
    expect(await serverWith([{ metrics }]).history.metricHistory('run-1', 'val_loss')).toEqual([
      { step: 1, value: Number.NaN, timestampMs: 5 },
      { step: 2, value: Number.NEGATIVE_INFINITY, timestampMs: 5 },
    ]);
  });

  test('a metric that was never logged has no points', async () => {
    expect(await serverWith([{}]).history.metricHistory('run-1', 'val_loss')).toEqual([]);
  });

  test('histories of many runs are asked for a hundred at a time', async () => {
    const runs = Array.from({ length: 130 }, (_, index) => `run-${index}`);
    const asked: Query[] = [];
    const rest = {
      call: async (_method: string, endpoint: string, query: Query) => {
        asked.push({ endpoint, ...query });
        return (query.run_ids as readonly string[]).includes('run-101')
          ? { metrics: [{ run_id: 'run-101', step: '1', value: 'NaN', timestamp: '7' }] }
          : {
              metrics: [
                { run_id: 'run-3', step: '2', value: 0.2, timestamp: '5' },
                { run_id: 'run-1', step: '1', value: 0.3, timestamp: '4' },
                { run_id: 'run-3', step: '1', value: 0.1, timestamp: '3' },
              ],
            };
      },
    };
    const histories = await createHistory(rest as unknown as Rest).metricHistories(runs, 'val_loss');
    expect(Object.fromEntries(histories)).toEqual({
      'run-1': [{ step: 1, value: 0.3, timestampMs: 4 }],
      'run-3': [
        { step: 1, value: 0.1, timestampMs: 3 },
        { step: 2, value: 0.2, timestampMs: 5 },
      ],
      'run-101': [{ step: 1, value: Number.NaN, timestampMs: 7 }],
    });
    expect(asked.map(({ run_ids: ids }) => (ids as readonly string[]).length)).toEqual([100, 30]);
    expect(asked[0]).toMatchObject({ endpoint: 'metrics/get-history-bulk-interval', metric_key: 'val_loss' });
  });
});
