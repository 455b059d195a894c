import '@tensorflow/tfjs-backend-cpu';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resumableKey } from '../../../contracts/resumable-key.ts';
import type { TrialSettings } from '../../../contracts/trial.ts';
import { scheduledRate } from '../../../models/optimiser/learning-rate.ts';
import { adoptCheckpoint, writeCheckpoint } from '../../../models/training/checkpoint.ts';
import { evaluationSummary, resolvedConfig } from '../../support/experiment-fixtures.ts';
import { itResumesBitIdentically } from '../../support/resume-laws.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const settingsOf = (training: Partial<TrialSettings['training']>): TrialSettings => trialSettings({ training });

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-resume-');
});

describe('on the JavaScript backend', () => {
  itResumesBitIdentically({ folder: () => folder, tensorflow: () => ({ backend: 'js', library: 'test' }) });
});

it('models/optimiser/learning-rate: constant stays at its peak after the climb, cosine reaches zero at schedule_epochs', () => {
  const rate = (change: Partial<TrialSettings['training']>, step: number): number =>
    scheduledRate({ ...resolvedConfig().training, learning_rate: 0.8, warmup_epochs: 1, ...change }, step, 4);
  // The climb has 4 steps: 0.8 / 4, 2 * 0.8 / 4, …
  expect([0, 1, 2, 3].map((step) => rate({ schedule: 'constant', num_epochs: 3 }, step))).toEqual([
    0.2,
    0.4,
    0.8 * 0.75,
    0.8,
  ]);
  expect(rate({ schedule: 'constant', num_epochs: 3 }, 11)).toBe(0.8);
  expect(rate({ schedule: 'constant', num_epochs: 1 }, 400)).toBe(0.8);
  // 16 steps in all, 4 of them the climb: at step 10 half of the annealing is done.
  expect(rate({ schedule_epochs: 4, num_epochs: 2 }, 10)).toBeCloseTo(0.4, 12);
  expect(rate({ schedule_epochs: 4, num_epochs: 9 }, 16)).toBeCloseTo(0, 12);
  expect(rate({ schedule_epochs: 4, num_epochs: 9 }, 30)).toBeCloseTo(0, 12);
});

it('contracts/resumable-key: the number of epochs counts only where the learning rate depends on it', () => {
  const key = (change: Partial<TrialSettings['training']>): string => resumableKey(settingsOf(change));
  expect(key({ num_epochs: 10 })).not.toBe(key({ num_epochs: 30 }));
  expect(key({ num_epochs: 10, schedule: 'constant' })).toBe(key({ num_epochs: 30, schedule: 'constant' }));
  expect(key({ num_epochs: 10, schedule_epochs: 30 })).toBe(key({ num_epochs: 30 }));
  expect(key({ num_epochs: 10, schedule: 'constant' })).not.toBe(
    key({ num_epochs: 10, schedule: 'constant', learning_rate: 0.5 }),
  );
});

describe('models/checkpoint', () => {
  const vectors = {
    parameters: new Float32Array(3),
    firstMoment: new Float32Array(3),
    secondMoment: new Float32Array(3),
    bestParameters: new Float32Array(3),
  };

  const write = async (name: string, epochs: number): Promise<string> => {
    const file = join(folder, name);
    const history = Array.from({ length: epochs }, (_, index) => ({
      epoch: index + 1,
      trainLoss: 1,
      valLoss: 1,
      validation: evaluationSummary(0.1),
      learningRate: 0.1,
      seconds: 1,
      finishedAtMs: 1,
      isBest: true,
    }));
    await writeCheckpoint(file, { trainingKey: 'key', history, vectors });
    return file;
  };

  const adopt = async (name: string, files: readonly string[], skipped: string[] = []) => {
    const file = join(folder, name, 'latest.ckpt');
    const sources = files.map((source) => ({ file: source, origin: 'trial' as const }));
    const onSkipped = (reason: string) => skipped.push(reason);
    return { file, adopted: await adoptCheckpoint({ file, sources, trainingKey: 'key', epochBudget: 1, onSkipped }) };
  };

  it('models/training/checkpoint: the first whole one is adopted, a damaged one is named and skipped', async () => {
    const damaged = await write('damaged.ckpt', 5);
    await writeFile(damaged, (await readFile(damaged)).fill(7, 0, 9));
    const whole = await write('whole.ckpt', 3);
    const content = await readFile(whole);
    const skipped: string[] = [];
    const { file, adopted } = await adopt('first', [join(folder, 'nowhere.ckpt'), damaged, whole, damaged], skipped);
    expect(adopted).toBe(true);
    expect(await readFile(file)).toEqual(content);
    expect(skipped).toHaveLength(2);
    expect(skipped[1]).toMatch(/damaged\.ckpt: got a damaged header/);
  });

  it('models/training/checkpoint: where all are damaged it says so, where there is none training starts afresh', async () => {
    const damaged = await write('damaged.ckpt', 5);
    await writeFile(damaged, (await readFile(damaged)).subarray(0, 90));
    await expect(adopt('all', [damaged])).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
    expect((await adopt('none', [])).adopted).toBe(false);
  });
});
