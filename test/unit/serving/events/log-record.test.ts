import { describe, expect, it } from 'vitest';
import { formatBatch, type LogRecord, parseRecord } from '../../../../serving/events/log-record.ts';

const EVENT = {
  event_id: 'e1',
  user_id: 'a "b"\n\u2028',
  item_id: 'i/1',
  type: 'view',
  occurred_at: null,
  received_at: '2026-01-01T00:00:00.000Z',
};
const RECORDS: readonly LogRecord[] = [
  { kind: 'event', event: EVENT },
  { kind: 'erase', userId: 'ü' },
];

describe('log-record', () => {
  it('writes each record as one line, between line ends, and reads it back as it was', () => {
    const text = formatBatch(RECORDS).toString('utf8');
    const [before, first = '', second = '', after, ...more] = text.split('\n');
    expect([before, after, more]).toEqual(['', '', []]);
    expect([parseRecord(first), parseRecord(second)]).toEqual(RECORDS);
  });

  it('takes no line for a record that was cut anywhere, or that something else wrote', () => {
    const line = JSON.stringify(EVENT);
    for (let length = 0; length < line.length; length += 1) {
      expect(parseRecord(line.slice(0, length))).toBeNull();
    }
    for (const other of ['null', '[]', '7', '{}', '{"event_id":1}', JSON.stringify({ ...EVENT, item_id: 5 })]) {
      expect(parseRecord(other)).toBeNull();
    }
  });

  it('reads a line without the time of the sender as one without', () => {
    const { occurred_at: _, ...rest } = EVENT;
    expect(parseRecord(JSON.stringify(rest))).toEqual({ kind: 'event', event: EVENT });
  });
});
