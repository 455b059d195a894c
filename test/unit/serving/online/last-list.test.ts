import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IMPRESSION_LINES } from '../../../../serving/online/impression-lines.ts';
import { readLastListAt } from '../../../../serving/online/last-list.ts';
import { impressionOf } from '../../../support/online-experiments.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();

it('online/last-list: is the latest list of the experiment, whatever else stands behind it', async () => {
  const file = join(await temporaryFolder(), 'impressions.ndjson');
  expect(await readLastListAt(file, 'ab-1')).toBeNull();
  await writeFile(file, '');
  expect(await readLastListAt(file, 'ab-1')).toBeNull();
  await writeFile(
    file,
    IMPRESSION_LINES.formatBatch([
      impressionOf('r0', 'ann', { at: at(1), experiment_id: 'ab-0' }),
      impressionOf('r1', 'ann', { at: at(2) }),
      // Two servers write in turn.
      impressionOf('r2', 'bob', { at: at(5) }),
      impressionOf('r3', 'bob', { at: at(4) }),
      { experiment_id: 'ab-1', at: at(8), lost: 3 },
      impressionOf('r4', 'eve', { at: at(9), experiment_id: 'ab-2' }),
    ]),
  );
  await appendFile(file, '{"format":1,"us');
  expect(await readLastListAt(file, 'ab-1')).toBe(at(5));
  expect(await readLastListAt(file, 'ab-3')).toBeNull();
});

it('online/last-list: reads no more than the end of a long log', async () => {
  const file = join(await temporaryFolder(), 'impressions.ndjson');
  const lines = Array.from({ length: 100 }, (_, number) => impressionOf(`r${number}`, 'ann', { at: at(number % 50) }));
  await writeFile(file, IMPRESSION_LINES.formatBatch(lines));
  expect(await readLastListAt(file, 'ab-1')).toBe(at(49));
  await appendFile(
    file,
    IMPRESSION_LINES.formatBatch([impressionOf('r', 'bob', { at: at(3), experiment_id: 'ab-2' })]),
  );
  expect([await readLastListAt(file, 'ab-2', 400), await readLastListAt(file, 'ab-1', 200)]).toEqual([at(3), null]);
});
