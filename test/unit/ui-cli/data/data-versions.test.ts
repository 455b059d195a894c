import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExportRequest, GarbageRequest } from '../../../../contracts/dataset-versions.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { DatasetVersions } from '../../../../ui-cli/data/data-runtime.ts';
import { runCli } from '../../../../ui-cli/main.ts';

import {
  DAMAGED,
  detailsOf,
  diffOf,
  entryOf,
  OLDER_VERSION,
  VERSION,
  versionsWith,
} from '../../../support/data-views.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';
import { withFolder } from '../../../support/make-folder.ts';

/** Streams hand their text on in a later turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (args: readonly string[], methods: Partial<DatasetVersions> = {}) => {
  const fake = createFakeRuntime({ dataVersions: versionsWith(methods) });
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr(), listeners: fake.listeners() };
};

const list = (entries: readonly ReturnType<typeof entryOf>[]) => ({ list: async () => entries });

describe('ui-cli/data: versions', () => {
  test('ui-cli/data: versions prints a row for each version, and says what is wrong with a damaged one', async () => {
    const { exitCode, stdout } = await cli(['data', 'versions'], list([entryOf(), DAMAGED]));
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'version              created (UTC)        samples  users  items  train/validation/test  source       size  parent',
      'ds-0123456789abcdef  2025-06-15 12:30:45    1,000     35     25        700 / 150 / 150  postgres  1.5 KiB  ds-fedcba9876543210',
      'ds-fedcba9876543210  2025-06-01 00:00:00  damaged                                                    10 B',
      expect.stringContaining('damaged: ds-fedcba9876543210: manifest.json is not JSON'),
    ]);
  });

  test('ui-cli/data: versions says that there is none, and how to make one', async () => {
    const { exitCode, stdout } = await cli(['data', 'versions'], list([]));
    expect([exitCode, stdout]).toEqual([0, 'no dataset versions yet: `tt-exp run <config>` builds one\n']);
  });

  test('ui-cli/data: versions --json prints the entries as they are, damaged ones too', async () => {
    const { stdout, stderr } = await cli(['data', 'versions', '--json'], list([entryOf(), DAMAGED]));
    expect(JSON.parse(stdout)).toEqual({ versions: [entryOf(), DAMAGED] });
    expect(stderr).toBe('');
  });
});

describe('ui-cli/data: show', () => {
  test('ui-cli/data: show prints splits, labels with shares, features, origin, settings and files', async () => {
    const asked: unknown[] = [];
    const { exitCode, stdout } = await cli(['data', 'show', 'ds-01'], {
      describe: async (request) => {
        asked.push(request);
        return detailsOf();
      },
    });
    expect([exitCode, asked]).toEqual([0, [{ version: 'ds-01', isVerified: false }]]);
    for (const text of [
      'ds-0123456789abcdef: 1,000 samples, 35 users, 25 items',
      /train +700 +70\.0 %/,
      /label=0\.4: 650 \(65\.0 %\)/,
      /user +35 +512 +384 +hashed-ngrams\/1 +96\.0 %/,
      /item +25 +468 +0 +– +–/,
      'git commit     c0ffee',
      `parent         ${OLDER_VERSION}`,
      'stages         extract ex-0011223344556677, label lb-1, split sp-1\n',
      `events.csv  2.0 KiB  sha256 ${'b'.repeat(64)}`,
      /labels\.apply +weight 3, label 1/,
      /samples\.parquet +1\.0 KiB +not verified/,
    ]) {
      expect(stdout).toMatch(text);
    }
  });

  test('ui-cli/data: show names the database and the rows left out by reason', async () => {
    const source = { host: 'db.example', port: 5432, database: 'app', user: 'reader', options: null };
    const left_out = { rows: 9, reasons: [{ reason: 'no time', rows: 9 }] };
    const base = detailsOf().provenance ?? expect.fail();
    const details = detailsOf({ provenance: { ...base, source, left_out } });
    const { stdout } = await cli(['data', 'show', VERSION], { describe: async () => details });
    expect(stdout).toContain('source         Postgres at db.example:5432, database app, user reader\n');
    expect(stdout).toContain('left out       9 rows left out: 9 × no time\n');
  });

  test('ui-cli/data: show --verify ends with 65 and names the file that differs from its digest', async () => {
    const problem = 'samples.parquet has sha256 00…, expected aa…';
    const file = { ...(detailsOf().files[0] ?? expect.fail()), state: 'damaged' as const, problem };
    const { exitCode, stdout, stderr } = await cli(['data', 'show', VERSION, '--verify', '--json'], {
      describe: async ({ isVerified }) => {
        expect(isVerified).toBe(true);
        return detailsOf({ files: [file] });
      },
    });
    expect(exitCode).toBe(65);
    expect(JSON.parse(stdout)).toMatchObject({ version: VERSION, files: [file] });
    expect(stderr).toMatch(/^error: samples\.parquet has sha256 00…, expected aa…\nhint: Remove /);
  });

  test('ui-cli/data: show of a version without provenance says that nothing is recorded', async () => {
    const { stdout } = await cli(['data', 'show', VERSION], { describe: async () => detailsOf({ provenance: null }) });
    expect(stdout).toContain('its origin and source files are not recorded here');
  });

  test('ui-cli/data: show of an unknown version ends with 66 and the hint', async () => {
    const { exitCode, stdout, stderr } = await cli(['data', 'show', 'ds-zz'], {
      describe: () =>
        Promise.reject(
          new TtExpError('DATASET_NOT_FOUND', 'No dataset version "ds-zz"', { hint: `Newest: ${VERSION}` }),
        ),
    });
    expect([exitCode, stdout]).toEqual([66, '']);
    expect(stderr).toBe(`error: No dataset version "ds-zz"\nhint: Newest: ${VERSION}\n`);
  });
});

describe('ui-cli/data: diff', () => {
  test('ui-cli/data: diff says first what differs', async () => {
    const { exitCode, stdout } = await cli(['data', 'diff', 'ds-f', 'ds-0'], { diff: async () => diffOf() });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(0, 8)).toEqual([
      `${OLDER_VERSION} (A) and ${VERSION} (B)`,
      '  samples: 100 added, 300 removed, 900 in common, of which 12 in another part',
      '  users: 1 added, 0 removed, 35 in common, of which 3 changed',
      '  items: all 25 in common',
      '  labels: shifted beyond chance (PSI 0.0500, threshold 0.0100)',
      '  features: 1 of 1 drifted beyond chance: item.industry',
      '  settings: different in negative_samples, draws',
      '',
    ]);
  });

  test('ui-cli/data: diff shows rows, labels with chi-square, drift with its threshold, and settings', async () => {
    const { stdout } = await cli(['data', 'diff', 'ds-f', 'ds-0'], { diff: async () => diffOf() });
    for (const text of [
      /samples +1,200 +1,000 +100 +300 +900 +12 moved/,
      /1\.0 +10\.0 % +15\.0 % +\+5\.0/,
      /0\.0 +90\.0 % +85\.0 % +−5\.0/,
      'chi-square 12.3 with 1 degrees of freedom, p < 0.0001',
      /item\.industry +categorical +0\.3100 +0\.2000 +4 +yes +fintech: 12\.0 % → 30\.0 %/,
      /user\.text +text embedding +– +– +– +– +embedded by x and by y/,
      'negative_samples: 2 → 1',
      'draws: not there → 8',
    ]) {
      expect(stdout).toMatch(text);
    }
  });

  test('ui-cli/data: diff of a version with itself says so; --json prints the difference as it is', async () => {
    const same = diffOf({ a: VERSION, b: VERSION });
    const human = await cli(['data', 'diff', VERSION, VERSION], { diff: async () => same });
    expect(human.stdout).toBe(`both are ${VERSION}: nothing differs\n`);
    const json = await cli(['data', 'diff', VERSION, VERSION, '--json'], { diff: async () => same });
    expect(JSON.parse(json.stdout)).toEqual(same);
    expect(json.listeners).toBe(0);
  });
});

describe('ui-cli/data: export', () => {
  const exporting = async (args: readonly string[]) => {
    const requests: Omit<ExportRequest, 'signal'>[] = [];
    const result = await cli(['data', 'export', 'ds-0', ...args], {
      describe: async () => detailsOf(),
      exportSamples: async ({ signal: _, ...request }) => {
        requests.push(request);
        return { version: VERSION, file: request.file, samples: 150, bytes: 2048 };
      },
    });
    return { ...result, requests };
  };

  test('ui-cli/data: export takes the format from the ending of --to, and the whole id', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'test.csv');
      const { exitCode, requests, stdout } = await exporting(['--split', 'test', '--to', file]);
      expect(exitCode).toBe(0);
      expect(requests).toEqual([{ version: VERSION, file, format: 'csv', split: 'test', hasFeatures: false }]);
      expect(stdout).toBe(`${file}: 150 samples of ${VERSION} (test), 2.0 KiB\n`);
    }));

  test('ui-cli/data: export makes the folder that --to names, Parquet unless told otherwise', () =>
    withFolder(async (folder) => {
      const target = join(folder, 'a', 'b');
      const { requests } = await exporting(['--features', '--to', target]);
      const csv = await exporting(['--format', 'csv', '--to', target]);
      expect(requests).toEqual([
        {
          version: VERSION,
          file: join(target, `${VERSION}-all.parquet`),
          format: 'parquet',
          split: 'all',
          hasFeatures: true,
        },
      ]);
      expect(csv.requests).toMatchObject([{ file: join(target, `${VERSION}-all.csv`), format: 'csv' }]);
      expect(await readdir(join(folder, 'a'))).toEqual(['b']);
    }));

  test('ui-cli/data: export takes a folder for a folder, whatever its name ends in', () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, 'x.csv'));
      const { requests } = await exporting(['--to', join(folder, 'x.csv')]);
      expect(requests).toMatchObject([{ file: join(folder, 'x.csv', `${VERSION}-all.parquet`), format: 'parquet' }]);
    }));

  test('ui-cli/data: export refuses a format that the file does not have', async () => {
    const { exitCode, stderr, requests } = await exporting(['--format', 'parquet', '--to', 'x.csv']);
    expect([exitCode, requests]).toEqual([64, []]);
    expect(stderr).toContain('--format: got parquet beside --to x.csv, expected csv');
  });

  test('ui-cli/data: export of an unknown version makes no folder', () =>
    withFolder(async (folder) => {
      const { exitCode } = await cli(['data', 'export', 'ds-zz', '--to', join(folder, 'new')], {
        describe: () => Promise.reject(new TtExpError('DATASET_NOT_FOUND', 'none')),
      });
      expect(exitCode).toBe(66);
      expect(await readdir(folder)).toEqual([]);
    }));

  test('ui-cli/data: export interrupted ends with 130', () =>
    withFolder(async (folder) => {
      const fake = createFakeRuntime({
        dataVersions: versionsWith({
          describe: async () => detailsOf(),
          exportSamples: ({ signal }) =>
            new Promise((_resolve, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason));
              fake.interrupt();
            }),
        }),
      });
      expect(await runCli(['data', 'export', VERSION, '--to', folder], fake.runtime)).toBe(130);
      expect(fake.listeners()).toBe(0);
    }));
});

describe('ui-cli/data: gc', () => {
  const collecting = async (args: readonly string[], isBusy = false, keptBlessed: readonly string[] = []) => {
    const requests: GarbageRequest[] = [];
    const result = await cli(['data', 'gc', ...args], {
      collectGarbage: async (request) => {
        requests.push(request);
        return {
          is_dry_run: request.isDryRun,
          removed: [{ kind: 'version', name: OLDER_VERSION, bytes: 3 * 1024 ** 2 }],
          bytes: 3 * 1024 ** 2,
          kept: [VERSION],
          kept_bundles: ['a'.repeat(64), 'b'.repeat(64)],
          kept_blessed: request.includesBlessed === true ? [] : [...keptBlessed],
          busy: isBusy ? ['host~1~x'] : [],
        };
      },
    });
    return { ...result, requests };
  };

  test('ui-cli/data: gc keeps five versions and a week unless told otherwise, and says what it freed', async () => {
    const { exitCode, stdout, requests } = await collecting([]);
    expect([exitCode, requests]).toEqual([0, [{ keep: 5, olderThanMs: 7 * 86_400_000, isDryRun: false }]]);
    expect(stdout).toMatch(
      /removed +name +size\nversion +ds-fedcba9876543210 +3\.0 MiB\nfreed 3\.0 MiB; kept: 1 dataset version, 2 bundles\n$/,
    );
  });

  test('ui-cli/data: gc --dry-run says what would go, and that somebody builds', async () => {
    const { stdout, requests } = await collecting(['--keep', '0', '--older-than', '0', '--dry-run'], true);
    expect(requests).toEqual([{ keep: 0, olderThanMs: 0, isDryRun: true }]);
    expect(stdout).toContain('would free 3.0 MiB');
    expect(stdout).toContain('a dataset is being built');
  });

  test('ui-cli/data: gc says which bundles it keeps as nothing could replace them, and takes them when told to', async () => {
    const { stdout } = await collecting([], false, ['ab'.repeat(32)]);
    expect(stdout).toContain(
      'their runs have no copy: abababababab…; --include-blessed removes them, and nothing serves',
    );
    const { requests, stdout: second } = await collecting(['--include-blessed'], false, ['ab'.repeat(32)]);
    expect(requests).toEqual([{ keep: 5, olderThanMs: 7 * 86_400_000, isDryRun: false, includesBlessed: true }]);
    expect(second).not.toContain('all the same');
  });

  test('ui-cli/data: gc --json prints the report', async () => {
    const { stdout } = await collecting(['--json', '--older-than', '12h']);
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 3 * 1024 ** 2, kept: [VERSION], busy: [] });
  });
});

describe('ui-cli/data: usage', () => {
  test.each(['versions', 'show', 'diff', 'export', 'gc', 'check', 'embed', 'generate'])(
    'ui-cli/data: %s --help shows examples',
    async (command) => {
      const { exitCode, stdout } = await cli(['data', command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`$ tt-exp data ${command}`);
    },
  );

  test('ui-cli/data: gc --help gives its default age as people write it', async () => {
    const { stdout } = await cli(['data', 'gc', '--help'], {});
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'keep what was used within this time, such as 12h or 7d (default: 7d)',
    );
  });

  test.each([
    [
      ['data', 'export', 'ds-0', '--split', 'tset'],
      '--split: got "tset", expected one of train, validation, test, all',
    ],
    [['data', 'export', 'ds-0', '--format', 'json'], '--format: got "json", expected parquet or csv'],
    [['data', 'gc', '--older-than', 'long'], '--older-than: got "long", expected a duration'],
    [['data', 'gc', '--keep', '-1'], '--keep: got "-1", expected a whole number >= 0'],
    [['data', 'diff', 'ds-0'], "tt-exp data diff: missing required argument 'b'"],
  ])('ui-cli/data: %j ends with 64', async (args, error) => {
    const { exitCode, stderr } = await cli(args);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(`error: ${error}`);
    expect(stderr).toContain('\nhint: ');
  });
});
