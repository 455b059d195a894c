/** Reads back what runs have logged. */
import type { HistoryPoint } from '../contracts/runs.ts';
import type { Rest } from './rest.ts';

interface HistoryAnswer {
  readonly metrics?: readonly { readonly value: number | string; readonly step: number | string }[];
  readonly next_page_token?: string;
}

const PAGE_SIZE = 1000;

export const createHistory = (rest: Rest) => ({
  /** By ascending step, the last value of each; empty where the metric was never logged. */
  metricHistory: async (runId: string, key: string): Promise<readonly HistoryPoint[]> => {
    const values = new Map<number, number>();
    let token: string | undefined;
    do {
      const answer: HistoryAnswer = await rest.call('GET', 'metrics/get-history', {
        run_id: runId,
        metric_key: key,
        max_results: String(PAGE_SIZE),
        ...(token === undefined ? {} : { page_token: token }),
      });
      for (const { step, value } of answer.metrics ?? []) {
        values.set(Number(step), Number(value));
      }
      token = answer.next_page_token;
    } while (token !== undefined && token !== '');
    return [...values].map(([step, value]) => ({ step, value })).sort((a, b) => a.step - b.step);
  },
});
