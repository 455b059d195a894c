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

/** MLflow answers for no more at once, and thins longer histories out. */
const [MOST_RUNS, MOST_POINTS] = [100, 2_500];

interface HistoriesAnswer {
  readonly metrics?: readonly (NonNullable<HistoryAnswer['metrics']>[number] & { readonly run_id: string })[];
}

export const createHistory = (rest: Rest) => ({
  /**
   * The same of many runs, one question for a hundred of them. Each of at most 2,500 points. Missing are runs that never
   * logged the metric.
   */
  metricHistories: async (
    runIds: readonly string[],
    key: string,
  ): Promise<ReadonlyMap<string, readonly HistoryPoint[]>> => {
    const points = new Map<string, Map<number, HistoryPoint>>();
    for (let from = 0; from < runIds.length; from += MOST_RUNS) {
      const answer: HistoriesAnswer = await rest.call('GET', 'metrics/get-history-bulk-interval', {
        run_ids: runIds.slice(from, from + MOST_RUNS),
        metric_key: key,
        max_results: String(MOST_POINTS),
      });
      for (const { run_id: runId, step, value, timestamp } of answer.metrics ?? []) {
        const own = points.get(runId) ?? new Map<number, HistoryPoint>();
        points.set(runId, own);
        own.set(Number(step), { step: Number(step), value: Number(value), timestampMs: Number(timestamp) });
      }
    }
    return new Map([...points].map(([runId, own]) => [runId, [...own.values()].sort((a, b) => a.step - b.step)]));
  },

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
