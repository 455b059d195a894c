/** A log that another process writes anew between this one's look at it and its write. */
import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { openEventLog } from '../../../serving/events/event-log.ts';
import type { LogRecord } from '../../../serving/events/log-record.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const beforeWrite: { run: (() => Promise<void>) | null } = { run: null };

vi.mock('../../../serving/events/log-file.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../serving/events/log-file.ts')>();
  return {
    ...original,
    openLogFileAsItIs: async (...given: Parameters<typeof original.openLogFileAsItIs<LogRecord>>) => {
      const file = await original.openLogFileAsItIs<LogRecord>(...given);
      return {
        ...file,
        append: async (records: Parameters<typeof file.append>[0]) => {
          const run = beforeWrite.run;
          beforeWrite.run = null;
          await run?.();
          await file.append(records);
        },
      };
    },
  };
});

const eventOf = (event_id: string) => ({
  ...{ event_id, user_id: 'ann', item_id: `item of ${event_id}`, type: 'view' },
  ...{ occurred_at: null, received_at: '2026-01-01T00:00:00.000Z' },
});

it('event-log: writes again what went into a file that had lost its name', async () => {
  const path = join(await temporaryFolder(), 'events.ndjson');
  const log = await openEventLog({ path, clock: systemClock, log: () => undefined });
  try {
    await log.record([eventOf('e1')]);
    beforeWrite.run = async () => {
      await copyFile(path, `${path}.new`);
      await rename(`${path}.new`, path);
    };
    expect(await log.record([eventOf('e2')])).toEqual({ accepted: 1, duplicates: 0 });
    expect(await readFile(path, 'utf8')).toContain('"e2"');
    expect([...log.overlay.seen('ann')]).toEqual(['item of e1', 'item of e2']);
  } finally {
    await log.close();
  }
});
