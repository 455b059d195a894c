/** The lines of the event log: one JSON object each. */
import { isObject } from '../../contracts/is-object.ts';
import { batchOf, type LineFormat } from './line-format.ts';

/** One interaction that came in over HTTP. */
export interface OnlineEvent {
  /** Chosen by the sender: an event that is sent again is the same event. */
  readonly event_id: string;
  readonly user_id: string;
  readonly item_id: string;
  /** As in the interactions of a dataset: view, click, like … */
  readonly type: string;
  /** The sender's clock, where it says. Kept, never sorted by. */
  readonly occurred_at: string | null;
  /** This machine's clock. Kept, never sorted by: the order of events is that of the lines. */
  readonly received_at: string;
}

export type LogRecord =
  | { readonly kind: 'event'; readonly event: OnlineEvent }
  /** Every event of the user on the lines before is erased. */
  | { readonly kind: 'erase'; readonly userId: string };

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null; // what a kill or a full disk has cut
  }
};

const isText = (value: unknown): value is string => typeof value === 'string';

/** null for a line that is no record: one that was cut, or that another program wrote. */
export const parseRecord = (line: string): LogRecord | null => {
  const value = parsed(line);
  if (!isObject(value)) {
    return null;
  }
  if (isText(value.erase_user_id)) {
    return { kind: 'erase', userId: value.erase_user_id };
  }
  const { event_id, user_id, item_id, type, occurred_at, received_at } = value;
  return isText(event_id) && isText(user_id) && isText(item_id) && isText(type) && isText(received_at)
    ? {
        kind: 'event',
        event: { event_id, user_id, item_id, type, occurred_at: isText(occurred_at) ? occurred_at : null, received_at },
      }
    : null;
};

export const formatRecord = (record: LogRecord): string =>
  JSON.stringify(record.kind === 'event' ? record.event : { erase_user_id: record.userId });

export const formatBatch = (records: readonly LogRecord[]): Buffer => batchOf(records.map(formatRecord));

export const EVENT_LINES: LineFormat<LogRecord> = { parse: parseRecord, formatBatch };
