import '@tensorflow/tfjs-backend-cpu';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LoadedDataset, SampleArrays } from '../../../../contracts/dataset.ts';
import { TRIPWIRE_NAMES, type VersionScope } from '../../../../contracts/preflight.ts';
import { preflight, runTripwires, TRIPWIRES } from '../../../../models/preflight/preflight.ts';
import { createShuffledLabels, shuffledLabels, shuffleItems } from '../../../../models/preflight/shuffled-labels.ts';
import { trainTwoTower } from '../../../../models/training/train.ts';
import { healthyScope, preflightInput, toyOf } from '../../../support/preflight-input.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const toy = toyOf();

const join2 = (left: SampleArrays, right: SampleArrays): SampleArrays => ({
  userIndex: Int32Array.from([...left.userIndex, ...right.userIndex]),
  itemIndex: Int32Array.from([...left.itemIndex, ...right.itemIndex]),
  label: Float32Array.from([...left.label, ...right.label]),
  weight: Float32Array.from([...left.weight, ...right.weight]),
});

describe('models/preflight', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-preflight-');
    tf.env().set('DEPRECATION_WARNINGS_ENABLED', false);
  });

  const inputOf = (dataset: LoadedDataset, scope: VersionScope = healthyScope) =>
    preflightInput(dataset, { scope, workFolder: join(folder, 'work') });

  it('healthy data passes all tripwires, in the order of their names, and leaves nothing', async () => {
    const tensors = tf.memory().numTensors;
    const report = await runTripwires(inputOf(toy));
    expect(report.tripwires.map(({ name }) => name)).toEqual([...TRIPWIRE_NAMES]);
    expect(TRIPWIRES.map(({ name }) => name)).toEqual([...TRIPWIRE_NAMES]);
    expect(report).toMatchObject({ datasetVersion: 'ds-toy-3', relevanceThreshold: 0.4, isKept: false });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await readdir(folder)).toEqual([]);
  });

  it('the tripwire that fires is named with what it got, what it expected and the remedy', async () => {
    const scope = { ...healthyScope, encoderDifferences: ['user skills'] };
    await expect(runTripwires(inputOf(toy, scope))).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message:
        'preflight encoder-fit, dataset ds-toy-3: got an encoder with other vocabularies or scales of user skills, expected an encoder fitted to the users and items of training events alone',
      hint: expect.stringContaining('build it again'),
      details: { tripwire: 'encoder-fit', datasetVersion: 'ds-toy-3' },
    });
  });

  it('models/preflight/shuffled-labels: shuffling keeps users, labels and how often items occur', () => {
    const { train } = toy.samples;
    const shuffled = shuffleItems(train);
    expect(shuffled.userIndex).toEqual(train.userIndex);
    expect(shuffled.label).toEqual(train.label);
    expect([...shuffled.itemIndex].sort()).toEqual([...train.itemIndex].sort());
    expect(shuffled.itemIndex).not.toEqual(train.itemIndex);
  });

  it('models/preflight/shuffled-labels: passes for the real training, whatever the seed of the data', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      expect(await shuffledLabels.check(inputOf(toyOf(seed)))).toMatchObject({ isPassed: true });
    }
  });

  it('models/preflight/shuffled-labels: fires for a training that looks into the validation part', async () => {
    const looking = createShuffledLabels((options) => {
      const { samples } = options.dataset;
      const train = join2(samples.train, samples.validation);
      return trainTwoTower({
        ...options,
        dataset: { ...options.dataset, samples: { ...samples, train: join2(train, samples.validation) } },
      });
    });
    const verdict = await looking.check(inputOf(toy));
    expect(verdict).toMatchObject({ isPassed: false, got: expect.stringMatching(/^NDCG@10 0\.\d+ of \d+ users/) });
  });

  it('models/preflight/shuffled-labels: fires where shuffling does not take the truth away', async () => {
    const unshuffled = createShuffledLabels((options) =>
      trainTwoTower({ ...options, dataset: { ...options.dataset, samples: toy.samples } }),
    );
    expect(await unshuffled.check(inputOf(toy))).toMatchObject({ isPassed: false });
  });

  const optionsOf = (scope: VersionScope = healthyScope) => {
    const { scope: _, ...input } = inputOf(toy);
    let asked = 0;
    return {
      options: {
        ...input,
        reportFile: join(folder, 'reports', 'ds-toy-3.json'),
        readScope: async () => {
          asked += 1;
          return scope;
        },
      },
      asked: () => asked,
    };
  };

  it('the report is kept, so that the next trial of the same data need not wait', async () => {
    const { options, asked } = optionsOf();
    const first = await preflight(options);
    const second = await preflight(options);
    expect(asked()).toBe(1);
    expect(second).toEqual({ ...first, isKept: true });
  });

  it('another relevance threshold, another version and a broken report run the tripwires again', async () => {
    const { options, asked } = optionsOf();
    await preflight(options);
    await preflight({ ...options, settings: { ...options.settings, relevanceThreshold: 0.7 } });
    expect(asked()).toBe(2);
    const summary = { ...toy.summary, version: 'ds-other' };
    await preflight({ ...options, dataset: { ...toy, summary } });
    expect(asked()).toBe(3);
    await writeFile(options.reportFile, '{"format": 1, "datas');
    await preflight(options);
    expect(asked()).toBe(4);
  });

  it('a failure is not kept', async () => {
    const broken = optionsOf({ ...healthyScope, encoderDifferences: ['item tags'] });
    await expect(preflight(broken.options)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    await expect(preflight(broken.options)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(broken.asked()).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });
});
