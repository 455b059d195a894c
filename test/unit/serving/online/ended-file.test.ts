import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EndedOnline } from '../../../../contracts/online-steps.ts';
import { ENDED_FILE, readEnded, writeEnded } from '../../../../serving/online/ended-file.ts';
import { measuredOnline, onlineExperiment } from '../../../support/online-experiments.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const experiment = onlineExperiment();
const ENDED: EndedOnline = {
  ...{ format: 1, experiment, ended_at: '2026-01-02T00:00:00.000Z', reason: 'stopped by bea: early' },
  measured: measuredOnline(experiment, 'continue'),
};

describe('online/ended-file', () => {
  it('has the last one that was written, with or without a report, and none before', async () => {
    const file = join(await temporaryFolder(), 'two-tower', ENDED_FILE);
    expect(await readEnded(file)).toBeNull();
    await writeEnded(file, ENDED);
    expect(await readEnded(file)).toEqual(ENDED);
    await writeEnded(file, { ...ENDED, measured: null });
    expect(await readEnded(file)).toEqual({ ...ENDED, measured: null });
  });

  it('refuses what is no ended experiment', async () => {
    const file = join(await temporaryFolder(), ENDED_FILE);
    for (const broken of [{ ...ENDED, experiment: {} }, { ...ENDED, measured: {} }, { ...ENDED, format: 2 }, []]) {
      await writeFile(file, JSON.stringify(broken));
      await expect(readEnded(file)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});
