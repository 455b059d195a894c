import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, loadTrainingConfig } from '../../../config/load.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp overrides ');
});

const RATES = { 'training.learning_rate': { choice: [0.1, 0.2] } };
const DIMS = { 'model.hidden_dims': { choice: [[8], [16]] } };

const write = async (sweep: object): Promise<string> => {
  const file = join(folder, 'config.json');
  await writeFile(
    file,
    JSON.stringify({ name: 'x', model: { hidden_dims: [32] }, training: { learning_rate: 0.3 }, sweep }),
  );
  return file;
};

describe('config/check-overrides', () => {
  test.each([
    [{ space: RATES }, 'training.learning_rate=0.01'],
    [{ space: RATES }, 'training={"learning_rate":0.01}'],
    [{ space: DIMS }, 'model.hidden_dims[0]=4'],
    [{ space: DIMS, fixed: { 'training.learning_rate': 0.5 } }, 'training.learning_rate=0.01'],
    [{ space: RATES, enqueue: [{ 'training.learning_rate': 0.7 }] }, 'training.learning_rate=0.01'],
  ])('%j refuses --set %s', async (sweep, set) => {
    await expect(loadConfig(await write(sweep), [set])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      exitCode: 78,
      message: expect.stringMatching(
        /^--set .*expected no value here, since every trial takes its own from sweep\.(space|fixed)\[/,
      ),
    });
  });

  test('the hint is a change of the sweep that is taken', async () => {
    const ofSpace = loadConfig(await write({ space: RATES }), ['training.learning_rate=0.01']);
    await expect(ofSpace).rejects.toMatchObject({
      hint: `Change the sweep, for example --set 'sweep.space["training.learning_rate"]={"choice":[0.01]}', or move training.learning_rate from sweep.space to sweep.fixed.`,
    });
    const changed = await loadConfig(await write({ space: RATES }), [
      'sweep.space["training.learning_rate"]={"choice":[0.01]}',
    ]);
    expect(changed.sweep?.space).toEqual({ 'training.learning_rate': { choice: [0.01] } });
    const fixed = { space: DIMS, fixed: { 'training.learning_rate': 0.5 } };
    await expect(loadConfig(await write(fixed), ['training.learning_rate=0.01'])).rejects.toMatchObject({
      hint: `Change it there: --set 'sweep.fixed["training.learning_rate"]=0.01'.`,
    });
  });

  test.each([
    // Other keys, of the same object too.
    [{ space: RATES }, ['training.num_epochs=3']],
    [{ space: RATES }, ['training={"num_epochs":3}']],
    // Trials without the parameter have the value of the config.
    [
      { space: { ...DIMS, 'training.learning_rate': { choice: [0.1], when: { 'model.hidden_dims': [[8]] } } } },
      ['training.learning_rate=0.01'],
    ],
    [{ space: { ...RATES, ...DIMS }, enqueue: [{ 'model.hidden_dims': [8] }] }, ['training.learning_rate=0.01']],
    [{ space: RATES }, ['sweep.space={"model.hidden_dims":{"choice":[[8]]}}', 'training.learning_rate=0.01']],
  ])('%j takes --set %j', async (sweep, sets) => {
    await expect(loadConfig(await write(sweep), sets)).resolves.toMatchObject({ name: 'x' });
  });

  test('one training ignores the sweep, so that every value counts', async () => {
    const config = await loadTrainingConfig(await write({ space: RATES }), ['training.learning_rate=0.01']);
    expect(config.training.learning_rate).toBe(0.01);
  });
});
