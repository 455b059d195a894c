import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../config/load.ts';
import type { DataCheck } from '../../../../contracts/data-report.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { checkOf, reportOf } from '../../../support/data-views.ts';
import { createFakeRuntime, type FakeSlices, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let ratings = '';

beforeAll(async () => {
  ratings = join(await temporaryFolder('tt-exp-init-'), 'My Ratings.csv');
  await writeFile(ratings, 'userId,movieId\n1,2\n');
});

const IDS = { features: { id: { kind: 'id' } } } as const;

interface Written {
  readonly file: string;
  readonly text: string;
  readonly isForced: boolean;
}

const slicesOf = (checks: readonly DataCheck[], written: Written[]): FakeSlices => ({
  schemaFile: () => resolve('config/experiment.schema.json'),
  guessInteractions: async (file) => ({
    source: {
      type: 'files',
      users: IDS,
      items: IDS,
      interactions: { path: file, user: 'userId', item: 'movieId', constant_type: 'view' },
    },
    ignoredTypes: [],
    labels: {},
    notes: [`${file}: user userId, item movieId`],
  }),
  checkData: async () => reportOf(checks),
  refuseConfig: async () => undefined,
  writeConfig: async (file, text, isForced) => {
    written.push({ file, text, isForced });
  },
});

/** @param typed at a terminal; null without one */
const init = async (args: readonly string[], checks: readonly DataCheck[] = [], typed: string | null = null) => {
  const written: Written[] = [];
  const fake = createFakeRuntime(slicesOf(checks, written));
  if (typed !== null) {
    const stdin = fake.runtime.io.stdin as unknown as PassThrough & { isTTY: boolean };
    stdin.isTTY = true;
    for (const line of typed.split('\n')) {
      setImmediate(() => stdin.write(`${line}\n`));
    }
  }
  const exitCode = await runCli(['init', ...args], fake.runtime);
  await settle();
  return { exitCode, written, stdout: fake.stdout(), stderr: fake.stderr() };
};

describe('ui-cli/init', () => {
  test('writes a valid, commented config named after the file, and says what comes next', async () => {
    const { exitCode, written, stdout } = await init(['--yes', '--from', ratings]);
    expect(exitCode).toBe(0);
    const [{ file = '', text = '' } = {}] = written;
    expect([written.length, file]).toEqual([1, resolve('experiments/my-ratings.jsonc')]);
    expect(text).toContain(`// ${ratings}: user userId, item movieId`);
    expect(text).toContain('"$schema": "../config/experiment.schema.json"');
    const config = parseConfig(file, text);
    expect(config).toMatchObject({
      name: 'my-ratings',
      data: { source: { interactions: { path: ratings, user: 'userId' } } },
      model: { user_history: true },
      training: { loss: 'in_batch_softmax' },
      gate: { model_name: 'two-tower-my-ratings' },
    });
    expect(stdout).toContain('experiments/my-ratings.jsonc: written');
    expect(stdout).toContain('tt-exp run experiments/my-ratings.jsonc');
  });

  test('a config named .json is strict JSON of the same settings', async () => {
    const { written } = await init([
      '--from',
      ratings,
      '--name',
      'x',
      '--to',
      'x.json',
      '--max-bad-rows',
      '3',
      '--force',
    ]);
    const [{ text = '', isForced = false } = {}] = written;
    expect(JSON.parse(text)).toMatchObject({ name: 'x', data: { max_bad_rows: 3 } });
    expect(isForced).toBe(true);
  });

  test('rows that a run would refuse are shown as data check shows them; nothing is written', async () => {
    const failing = checkOf({ status: 'failed', count: 3, examples: ["interaction_id 7, type 'x'"] });
    const { exitCode, written, stdout, stderr } = await init(['--from', ratings], [failing]);
    expect([exitCode, written]).toEqual([65, []]);
    expect(stdout).toContain(`blocking: ${failing.id}\n  interaction_id 7, type 'x'`);
    expect(stderr).toContain('its rows failed 1 blocking check; no config was written\nhint: ');
    expect(stderr).toContain('--max-bad-rows n');
  });

  test('--json prints one object, with what was found in the rows', async () => {
    const warning = checkOf({ id: 'few-samples', level: 'warning', status: 'failed', count: 1, total: 1 });
    const good = await init(['--from', ratings, '--to', 'x.jsonc', '--json'], [warning]);
    expect(JSON.parse(good.stdout)).toMatchObject({
      file: 'x.jsonc',
      experiment_id: expect.stringMatching(/^my-ratings-[0-9a-f]{10}$/),
      report: { blocking: 0, warnings: 1 },
    });
    const bad = await init(['--from', ratings, '--json'], [checkOf({ status: 'failed', count: 1 })]);
    expect([bad.exitCode, JSON.parse(bad.stdout)]).toMatchObject([65, { file: null, report: { blocking: 1 } }]);
  });

  test('a warning does not hold the config back', async () => {
    const warning = checkOf({ id: 'few-samples', level: 'warning', status: 'failed', title: 'There are few samples' });
    const { exitCode, stdout } = await init(['--from', ratings], [warning]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('  warning: There are few samples');
  });

  test('asks at a terminal, with what it would take', async () => {
    const { exitCode, written, stderr } = await init([], [], `${ratings}\nfilms\n\n`);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('File of interactions (CSV, Parquet or JSON):');
    expect(stderr).toContain('Name of the experiment [my-ratings]');
    expect(stderr).toContain('Config [experiments/films.jsonc]');
    expect(written).toMatchObject([{ file: resolve('experiments/films.jsonc'), isForced: false }]);
  });

  test.each([
    [[], 'there is no file to look into', '--from ratings.csv'],
    [['--from', 'x.csv', '--to', 'x.yaml'], '--to: got "x.yaml", expected a file named .jsonc or .json', '--to'],
    [['--from', 'x.csv', '--name', 'My X'], '--name: got "My X", expected lower-case letters', '--name my-x'],
  ])('%j ends with 64, an error line and a hint', async (args, error, hint) => {
    const { exitCode, stderr, written } = await init(args);
    expect([exitCode, written]).toEqual([64, []]);
    expect(stderr).toContain(error);
    expect(stderr.split('\n')[1]).toContain(hint);
  });

  test('a file that is none ends with 66, before anything is read', async () => {
    const { exitCode, stderr } = await init(['--from', 'nowhere.csv']);
    expect(exitCode).toBe(66);
    expect(stderr).toContain('--from: got "nowhere.csv", which is not a file, expected a file of interactions\n');
  });

  test('a config that is there is refused before the data is looked into', async () => {
    const fake = createFakeRuntime({
      refuseConfig: async () => {
        throw new TtExpError('USAGE', 'x.jsonc already exists');
      },
    });
    expect(await runCli(['init', '--from', ratings, '--to', 'x.jsonc'], fake.runtime)).toBe(64);
  });
});
