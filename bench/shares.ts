/** Shares of simulated tests as cells of Markdown tables. */
import { wilsonInterval } from '../policy/gate/wilson-interval.ts';

const percent = (hits: number, trials: number): string => {
  const { low, high } = wilsonInterval(hits, trials);
  const text = (share: number): string => (100 * share).toFixed(1);
  return `${text(hits / trials)} % (${text(low)} to ${text(high)})`;
};

/** With its 95 % interval. */
export const shareOf = (results: readonly boolean[]): string => percent(results.filter(Boolean).length, results.length);

export const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
