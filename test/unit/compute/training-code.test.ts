import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { digestTrainingCode, readTrainingModules } from '../../../compute/training-code.ts';

const NO_SETTINGS = {};

/** The digest after one more line at the end of `edited`, a module of the package. */
const digestAfterEdit = async (edited: string): Promise<string> => {
  const modules = await readTrainingModules(async (module) => {
    const text = await readFile(module, 'utf8');
    return module.pathname.endsWith(`/${edited}`) ? `${text}// edited\n` : text;
  });
  return digestTrainingCode(modules, NO_SETTINGS);
};

const unedited = async (): Promise<string> => digestTrainingCode(await readTrainingModules(), NO_SETTINGS);

describe('compute/training-code', () => {
  it.each([
    'models/training/train.ts',
    'models/losses/losses.ts',
    'models/towers/dropout.ts',
    'models/optimiser/adamw.ts',
    'models/training/batches.ts',
    'models/evaluation/evaluate-scorer.ts',
    'models/evaluation/ranking.ts',
    'models/kernels/rank-row-wasm.ts',
    'contracts/tensorflow.ts',
  ])('an edit of %s changes the digest', async (edited) => {
    expect(await digestAfterEdit(edited)).not.toBe(await unedited());
  });

  it.each([
    'models/reports/baselines.ts',
    'models/reports/item-knn.ts',
    'models/reports/calibration.ts',
    'models/preflight/own-order.ts',
    'models/saved/model-folder.ts',
    'contracts/errors.ts',
  ])('an edit of %s keeps the digest', async (edited) => {
    expect(await digestAfterEdit(edited)).toBe(await unedited());
  });

  it('covers every module of the folders that train, and none that only looks at the result', async () => {
    const names = [...(await readTrainingModules()).keys()];
    const folders = new Set(names.map((name) => name.split('/').slice(0, 2).join('/')));
    for (const folder of ['losses', 'towers', 'optimiser', 'training', 'evaluation', 'numerics', 'kernels']) {
      expect(folders).toContain(`models/${folder}`);
    }
    expect(names.filter((name) => /^models\/(reports|preflight)\//.test(name))).toEqual([]);
  });

  it('oneDNN, which is off unless asked for, changes the digest', async () => {
    const modules = await readTrainingModules();
    const byDefault = digestTrainingCode(modules, NO_SETTINGS);
    expect(digestTrainingCode(modules, { TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '2' })).toBe(byDefault);
    expect(digestTrainingCode(modules, { TF_ENABLE_ONEDNN_OPTS: '1' })).not.toBe(byDefault);
  });
});
