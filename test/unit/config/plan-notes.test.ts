import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../config/load.ts';
import { planNotes } from '../../../config/plan-notes.ts';
import { countTrials } from '../../../policy/trial-plan.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp plan ');
  await writeFile(join(folder, 'users.csv'), 'id\n1\n');
});

const notesOf = (settings: readonly string[], slots: number | null = 64): Promise<readonly string[]> => {
  const config = defaultConfig('x', settings);
  return planNotes(config, { total: countTrials(config), slots, folder });
};

const sweep = (change: object): string =>
  `sweep=${JSON.stringify({
    sampler: 'tpe',
    max_parallel: 1,
    space: { 'training.learning_rate': { float: { low: 0.0001, high: 0.1, log: true } } },
    ...change,
  })}`;

describe('config/plan-notes', () => {
  test('a config that goes as it reads has none', async () => {
    expect(await notesOf([])).toEqual([]);
    expect(await notesOf([sweep({ max_trials: 40 })])).toEqual([]);
  });

  test.each([
    // The outcomes of 4 trials must lie 8 back: those of trials 1 to 4 are known to trial 12.
    [11, {}, 12],
    [8, {}, 12],
    [10, { proposal_lag: 1 }, 11],
    [20, { startup_trials: 20 }, 21],
  ])('%i trials of tpe with %j are those of halton', async (maxTrials, tpe, first) => {
    const [note, ...others] = await notesOf([sweep({ max_trials: maxTrials, tpe })]);
    expect(note).toContain(`tpe uses outcomes from trial ${first} on`);
    expect(note).toContain(`the sweep has ${maxTrials} trials: all of them are halton's`);
    expect(others).toEqual([]);
    expect(await notesOf([sweep({ max_trials: first, tpe })])).toEqual([]);
    expect(await notesOf([sweep({ max_trials: maxTrials, tpe, sampler: 'random' })])).toEqual([]);
  });

  test('more trials at once than slots, and than the lag of tpe', async () => {
    const random = sweep({ sampler: 'random', max_trials: 40, max_parallel: 4 });
    expect(await notesOf([random], 4)).toEqual([]);
    expect(await notesOf([random], null)).toEqual([]);
    expect(await notesOf([random], 2)).toEqual([
      'sweep.max_parallel is 4, but this machine has 2 slots for training: 2 trials of 4 will wait. Add workers elsewhere, or lower it.',
    ]);
    // Three trials never need more than three slots.
    expect(await notesOf([sweep({ sampler: 'random', max_trials: 3, max_parallel: 4 })], 3)).toEqual([]);
    expect(await notesOf([sweep({ max_trials: 40, max_parallel: 16 })])).toEqual([
      'sweep.max_parallel is 16, but tpe keeps at most tpe.proposal_lag (8) trials running: raise it to use more slots.',
    ]);
  });

  test('names every path of the source that does not exist', async () => {
    const source = {
      type: 'files',
      users: { path: 'users.csv', features: { id: { kind: 'id' } } },
      items: { path: ['items.csv', 'users.csv'], features: { id: { kind: 'id' } } },
      interactions: { path: 'events/*.csv', constant_type: 'like' },
    };
    const missing = (name: string): string =>
      `data.source names ${join(folder, name)}, which does not exist: the run would fail (SOURCE_NOT_FOUND).`;
    expect(await notesOf([`data.source=${JSON.stringify(source)}`])).toEqual([
      missing('items.csv'),
      missing('events/*.csv'),
    ]);
    const here = { ...source, items: source.users, interactions: { path: '*.csv', constant_type: 'like' } };
    expect(await notesOf([`data.source=${JSON.stringify(here)}`])).toEqual([]);
  });
});
