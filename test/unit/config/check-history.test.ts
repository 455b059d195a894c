import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, loadTrainingConfig } from '../../../config/load.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { recordedSettings } from '../../../config/recorded-settings.ts';
import type { TtExpError } from '../../../contracts/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const IDS = { features: { id: { kind: 'id' } } };
const mapped = (items: object) => ({
  source: {
    ...{ type: 'files', users: IDS, items },
    interactions: { path: 'events.csv', type: 'type', time: 'at' },
  },
});
const WITH_IDS = mapped(IDS);
const WITHOUT_IDS = mapped({ path: 'items.csv', features: { genre: { kind: 'categorical' } } });
const RATE = { 'training.learning_rate': { choice: [0.1, 0.01] } };

let file = '';
beforeAll(async () => {
  file = join(await temporaryFolder(), 'config.json');
});

const write = (config: object): Promise<void> => writeFile(file, JSON.stringify({ name: 'x', ...config }, null, 1));

/** `place: path` of each problem. */
const problemsOf = async (config: object, sets: readonly string[] = []): Promise<readonly string[]> => {
  await write(config);
  const error = (await loadConfig(file, sets).then(
    () => null,
    (reason: unknown) => reason,
  )) as TtExpError | null;
  const problems = (error?.details.problems ?? []) as readonly ConfigProblem[];
  for (const { expected } of problems) {
    expect(expected).toBe('false for items without a feature of kind id');
  }
  return problems.map(({ file: from, line, path, found }) => `${line ?? from}: ${path}: ${found}`);
};

const HISTORY = { user_history: true };

describe('config/check-history', () => {
  test.each([
    ['the built-in data', {}],
    ['items without ids', { data: WITHOUT_IDS }],
  ])('is refused where it is said, for %s', async (_, config) => {
    expect(await problemsOf({ model: HISTORY, ...config })).toEqual(['4: model.user_history: true']);
    expect(await problemsOf(config, ['model.user_history=true'])).toEqual([
      '--set model.user_history=true: model.user_history: true',
    ]);
  });

  test('names the remedy', async () => {
    await write({ model: HISTORY });
    await expect(loadConfig(file)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('Add "id": { "kind": "id" } to the features of data.source.items'),
    });
  });

  test('is taken for items with ids', async () => {
    expect(await problemsOf({ model: HISTORY, data: WITH_IDS })).toEqual([]);
  });

  test.each([
    [
      'each value of the space',
      { space: { 'model.user_history': { choice: [false, true] } } },
      ['sweep.space["model.user_history"].choice[1]: true'],
    ],
    [
      'a fixed value',
      { space: RATE, fixed: { 'model.user_history': true } },
      ['sweep.fixed["model.user_history"]: true'],
    ],
    [
      'an enqueued trial',
      { space: { 'model.user_history': { choice: [false] }, ...RATE }, enqueue: [{ 'model.user_history': true }] },
      ['sweep.enqueue[0]["model.user_history"]: true'],
    ],
  ])('is looked for in %s', async (_, sweep, places) => {
    const found = await problemsOf({ sweep });
    expect(found.map((one) => one.replace(/^\d+: /, ''))).toEqual(places);
  });

  test('counts the value of the sweep in place of the model', async () => {
    const sweep = { space: RATE, fixed: { 'model.user_history': false } };
    expect(await problemsOf({ model: HISTORY, sweep })).toEqual([]);
    await expect(loadTrainingConfig(file, [], { trains: 'one_model' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('model.user_history: got true'),
    });
  });

  test('is left alone where the data is not that of the config', async () => {
    await write({ model: HISTORY });
    await expect(loadTrainingConfig(file, [])).resolves.toMatchObject({ model: HISTORY });
    const { model } = recordedSettings(JSON.stringify({ seed: 1, model: HISTORY, training: {} }), 'run');
    expect(model.user_history).toBe(true);
  });
});
