/** The lines of the log of impressions: one JSON object each. */
import { isObject } from '../../contracts/is-object.ts';
import type { Impression } from '../../contracts/online-experiment.ts';
import { batchOf, type LineFormat } from '../events/line-format.ts';

/** Below the folder of a served model. */
export const IMPRESSIONS_FILE = 'impressions.ndjson';

/** Lists of an experiment that nobody could write down: the disk was full, say. */
export interface LostImpressions {
  readonly experiment_id: string;
  readonly at: string;
  readonly lost: number;
}

/** A server gives no lists of the experiment any more: an alias has moved. Whoever measures it is to know. */
export interface VoidedExperiment {
  readonly experiment_id: string;
  readonly at: string;
  /** Why, as a clause. */
  readonly voided: string;
}

export type ImpressionLine = Impression | LostImpressions | VoidedExperiment;

const isLine = (value: unknown): value is ImpressionLine => {
  if (!isObject(value)) {
    return false;
  }
  const { experiment_id, at, lost, voided, format, user_id, items } = value;
  return (
    typeof experiment_id === 'string' &&
    typeof at === 'string' &&
    (typeof lost === 'number' ||
      typeof voided === 'string' ||
      (format === 1 && typeof user_id === 'string' && Array.isArray(items)))
  );
};

const parse = (line: string): ImpressionLine | null => {
  try {
    const value: unknown = JSON.parse(line);
    return isLine(value) ? value : null;
  } catch {
    return null; // what a kill or a full disk has cut
  }
};

export const IMPRESSION_LINES: LineFormat<ImpressionLine> = {
  parse,
  formatBatch: (lines) => batchOf(lines.map((line) => JSON.stringify(line))),
};
