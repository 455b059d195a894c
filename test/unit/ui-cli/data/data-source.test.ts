import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddingReport } from '../../../../contracts/data-report.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { SourceRequest } from '../../../../ui-cli/data/data-runtime.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { checkOf, reportOf } from '../../../support/data-views.ts';
import { createFakeRuntime, type FakeRuntime, type FakeSlices } from '../../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-data-');
  config = join(folder, 'demo.json');
  const ids = { features: { id: { kind: 'id' } } };
  const source = { type: 'files', users: ids, items: ids, interactions: { path: 'events.csv', constant_type: 'like' } };
  await writeFile(config, JSON.stringify({ name: 'demo', seed: 3, data: { source } }));
});

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (args: readonly string[], slices: FakeSlices) => {
  const fake = createFakeRuntime(slices);
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr(), listeners: fake.listeners() };
};

const failing = checkOf({ status: 'failed', count: 3, examples: ["interaction_id 7, type 'x'"] });
const warning = checkOf({ id: 'few-samples', level: 'warning', status: 'failed', count: 1, total: 1 });

describe('ui-cli/data: check', () => {
  test('ui-cli/data: check passes settings, seed and absolute paths on', async () => {
    const requests: SourceRequest[] = [];
    await cli(['data', 'check', config, '--set', 'data.min_interactions=2', '--max-bad-rows', '9'], {
      checkData: async (request) => {
        requests.push(request);
        return reportOf([]);
      },
    });
    expect(requests).toMatchObject([
      {
        seed: 3,
        data: {
          min_interactions: 2,
          max_bad_rows: 9,
          source: { interactions: { path: resolve('events.csv') } },
        },
      },
    ]);
  });

  test('ui-cli/data: check ends with 65 when a blocking check fails; what failed comes first, with examples', async () => {
    const { exitCode, stdout } = await cli(['data', 'check', config], {
      checkData: async () => reportOf([checkOf({ id: 'null-keys' }), warning, failing]),
    });
    expect(exitCode).toBe(65);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`${config}: 1 blocking problem, 1 warning, 1 of 3 checks passed`);
    expect(lines.slice(3, 6).map((line) => line.split(/ +/, 2))).toEqual([
      ['blocking', 'unknown-types'],
      ['warning', 'few-samples'],
      ['passed', 'null-keys'],
    ]);
    expect(stdout).toContain("blocking: unknown-types\n  interaction_id 7, type 'x'\n");
    expect(stdout).not.toContain('SELECT');
  });

  test.each([
    ['data', 'check', '--verbose'],
    ['--verbose', 'data', 'check'],
  ])('ui-cli/data: %s %s %s shows the queries of failed checks', async (...words) => {
    const { stdout } = await cli([...words, config], {
      checkData: async () => reportOf([failing, checkOf({ id: 'other', query: 'SELECT other' })]),
    });
    expect(stdout).toContain("  SELECT *\n  FROM interactions\n  WHERE type = 'x'\n");
    expect(stdout).not.toContain('SELECT other');
  });

  test('ui-cli/data: check with warnings only ends with 0; --json prints the report with every query', async () => {
    const report = reportOf([warning, checkOf()]);
    const { exitCode, stdout } = await cli(['data', 'check', config, '--json'], { checkData: async () => report });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(report);
  });

  test('ui-cli/data: check tells on stderr what happens on the way', async () => {
    const { stdout, stderr } = await cli(['data', 'check', config, '--json'], {
      checkData: async ({ log, progress }) => {
        log('info', 'extracted 5 interactions');
        log('warn', 'left out 1 bad row');
        progress({ part: 'sqlite', step: 'download', message: 'the extension' });
        return reportOf([]);
      },
    });
    expect(stderr).toBe('extracted 5 interactions\nwarning: left out 1 bad row\nsqlite: download: the extension\n');
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});

const REPORT: EmbeddingReport = {
  encoder: 'minilm-l6-v2/01234567',
  users: { total: 100, covered: 99 },
  items: { total: 50, covered: 50 },
  computed: 120,
  cached: 29,
};

const embed = (report: EmbeddingReport, ...args: readonly string[]) =>
  cli(['data', 'embed', config, ...args], { embedData: async () => report });

describe('ui-cli/data: embed', () => {
  test('ui-cli/data: embed says which encoder embedded how much, and the coverage', async () => {
    const { exitCode, stdout, stderr, listeners } = await embed(REPORT);
    expect([exitCode, stderr, listeners]).toEqual([0, '', 0]);
    expect(stdout).toBe(
      'embedded by minilm-l6-v2/01234567: 120 texts, 29 more from the cache\n' +
        'users: 99 of 100 have an embedding (99.0 %)\nitems: 50 of 50 have an embedding (100.0 %)\n',
    );
  });

  test('ui-cli/data: embed --json prints the report', async () => {
    expect(JSON.parse((await embed(REPORT, '--json')).stdout)).toEqual(REPORT);
  });

  test.each([
    [{ ...REPORT, encoder: null, computed: 0, cached: 0 }, 'the source has its own embeddings'],
    [{ ...REPORT, encoder: null, users: null, items: null, computed: 0, cached: 0 }, 'the source has no texts'],
    [{ ...REPORT, computed: 0, cached: 0 }, 'nothing new to embed'],
  ])('ui-cli/data: embed with nothing to do says why and ends with 0', async (report, text) => {
    const { exitCode, stdout } = await embed(report);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(text);
  });

  test('ui-cli/data: embed warns when a run would end with Missing embeddings', async () => {
    const { exitCode, stderr } = await embed({ ...REPORT, items: { total: 50, covered: 40 } });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('below data.min_coverage 0.95: a run would end with "Missing embeddings"');
    expect(
      (await embed({ ...REPORT, items: { total: 50, covered: 40 } }, '--set', 'data.min_coverage=0.8')).stderr,
    ).toBe('');
  });

  test('ui-cli/data: embed shows announcements and progress on stderr', async () => {
    let nowMs = 0;
    const { stderr } = await cli(['data', 'embed', config], {
      now: () => nowMs,
      embedData: async ({ log, count }) => {
        log('warn', 'minilm cannot be had: texts are embedded by hashed-ngrams/1');
        count({ done: 0, total: 10, unit: 'texts' });
        nowMs = 5_000;
        count({ done: 5, total: 10, unit: 'texts' });
        count({ done: 10, total: 10, unit: 'texts' });
        return REPORT;
      },
    });
    expect(stderr).toBe(
      'warning: minilm cannot be had: texts are embedded by hashed-ngrams/1\n' +
        'embed: 5 of 10 texts (50.0 %), 1 texts/s, 5.0 s left\nembed: 10 of 10 texts (100.0 %), 2 texts/s\n',
    );
  });

  test('ui-cli/data: embed interrupted stops the work and ends with 130', async () => {
    const fake: FakeRuntime = createFakeRuntime({
      embedData: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new TtExpError('INTERRUPTED', 'embedding: stopped after 5')));
          fake.interrupt();
        }),
    });
    expect(await runCli(['data', 'embed', config], fake.runtime)).toBe(130);
    await settle();
    expect(fake.stderr()).toContain('error: embedding: stopped after 5');
    expect(fake.listeners()).toBe(0);
  });
});

describe('ui-cli/data: --max-bad-rows', () => {
  test('ui-cli/data: run and validate take --max-bad-rows as data.max_bad_rows', async () => {
    const plain = await cli(['validate', config, '--set', 'data.max_bad_rows=4', '--json'], {});
    const short = await cli(['validate', config, '--max-bad-rows', '4', '--json'], {});
    expect(short.stdout).toBe(plain.stdout);
    const planned: unknown[] = [];
    await cli(['run', config, '--max-bad-rows', '4', '--dry-run'], {
      planExperiment: async ({ data }) => {
        planned.push(data.max_bad_rows);
        throw new TtExpError('SPACE_EMPTY', 'seen enough');
      },
    });
    expect(planned).toEqual([4]);
  });

  test.each(['run', 'validate', 'data check', 'data embed'])(
    'ui-cli/data: %s refuses a --max-bad-rows that is no number',
    async (command) => {
      const { exitCode, stderr } = await cli([...command.split(' '), config, '--max-bad-rows', 'some'], {});
      expect(exitCode).toBe(64);
      expect(stderr).toContain('--max-bad-rows: got "some", expected a whole number >= 0');
    },
  );
});
