/** Reads back what runs have logged. */
import type { HistoryPoint } from '../contracts/runs.ts';
import type { Rest } from './rest.ts';

interface HistoryAnswer {
  readonly metrics?: readonly {
    readonly value: number | string;
    readonly step: number | string;
    readonly timestamp: number | string;
  }[];
  readonly next_page_token?: string;
}

const PAGE_SIZE = 1000;

export const createHistory = (rest: Rest) => ({
  /** By ascending step, the last value of each; empty where the metric was never logged. */
  metricHistory: async (runId: string, key: string): Promise<readonly HistoryPoint[]> => {
    const points = new Map<number, HistoryPoint>();
    let token: string | undefined;
    do {
      const answer: HistoryAnswer = await rest.call('GET', 'metrics/get-history', {
        run_id: runId,
        metric_key: key,
        max_results: String(PAGE_SIZE),
        ...(token === undefined ? {} : { page_token: token }),
      });
      for (const { step, value, timestamp } of answer.metrics ?? []) {
        points.set(Number(step), { step: Number(step), value: Number(value), timestampMs: Number(timestamp) });
      }
      token = answer.next_page_token;
    } while (token !== undefined && token !== '');
    return [...points.values()].sort((a, b) => a.step - b.step);
  },
});
