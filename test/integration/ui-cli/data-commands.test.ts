/** The data commands with the real parts behind them, on a home of their own; no server and no worker runs. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCliRuntime } from '../../../bin/cli-runtime.ts';
import { runCli } from '../../../ui-cli/main.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { createFakeRuntime } from '../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { dataVersions, checkData, embedData } = createCliRuntime();

let home = '';
let config = '';
const versions: string[] = [];

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (...args: readonly string[]) => {
  const fake = createFakeRuntime({ dataVersions, checkData, embedData });
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() };
};

const json = async (...args: readonly string[]) => {
  const { exitCode, stdout, stderr } = await cli(...args, '--json');
  return { exitCode, stderr, value: JSON.parse(stdout) as Record<string, never> };
};

beforeAll(async () => {
  home = await temporaryFolder('tt-exp-home-');
  vi.stubEnv('TT_EXP_HOME', home);
  config = join(home, 'demo.json');
  const source = { type: 'synthetic', ...SMALL, seed: 7 };
  await writeFile(config, JSON.stringify({ name: 'demo', seed: 7, data: { source } }));
  for (const [hour, negative_samples] of [2, 1].entries()) {
    const builder = builderIn(join(home, 'data'), { now: () => 1_750_000_000_000 + hour * 3_600_000 });
    versions.push((await builder.encode({ data: dataSettings(SMALL, { negative_samples }), seed: 7 })).version);
  }
});

afterAll(async () => {
  vi.unstubAllEnvs();
});

describe('ui-cli/data commands on a home', () => {
  test('ui-cli/data commands: versions lists what was built, newest first, with its source', async () => {
    const { value } = await json('data', 'versions');
    expect(value.versions).toMatchObject(
      versions.toReversed().map((version) => ({ version, status: 'ok', source_kind: 'synthetic' })),
    );
  });

  test('ui-cli/data commands: show --verify finds every file intact, and a changed byte', async () => {
    const [version = ''] = versions;
    expect((await cli('data', 'show', version, '--verify')).exitCode).toBe(0);
    const file = join(home, 'data', 'versions', version, 'user_features.f32');
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes);
    changed[40] = (changed[40] ?? 0) ^ 1;
    await writeFile(file, changed);
    try {
      const { exitCode, stderr } = await cli('data', 'show', version, '--verify');
      expect(exitCode).toBe(65);
      expect(stderr).toMatch(/user_features\.f32 has sha256 .*, expected /);
    } finally {
      await writeFile(file, bytes);
    }
  });

  test('ui-cli/data commands: diff says that only negatives and their number differ', async () => {
    const [a = '', b = ''] = versions;
    const { exitCode, stdout } = await cli('data', 'diff', a, b);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('settings: different in negative_samples');
    const { value } = await json('data', 'diff', a, b);
    expect(value.rows).toMatchObject({ events: { added: 0, removed: 0 }, samples: { added: 0 } });
  });

  test('ui-cli/data commands: an unknown version ends with 66 and names those that exist', async () => {
    const { exitCode, stderr } = await cli('data', 'show', 'ds-nothing');
    expect(exitCode).toBe(66);
    expect(stderr).toContain(versions[1]);
  });

  test('ui-cli/data commands: export writes the samples of a part as CSV with a header, and no temporary file stays', async () => {
    const [version = ''] = versions;
    const folder = join(home, 'exported');
    const { exitCode, value } = await json(
      'data',
      'export',
      version,
      '--split',
      'test',
      '--format',
      'csv',
      '--to',
      folder,
    );
    expect(exitCode).toBe(0);
    expect(await readdir(folder)).toEqual([`${version}-test.csv`]);
    const lines = (await readFile(join(folder, `${version}-test.csv`), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('user_id,item_id,label,weight,type,occurred_at,split');
    expect(lines.length - 1).toBe(value.samples);
    expect(lines.slice(1).every((line) => line.endsWith(',test'))).toBe(true);
  });

  test('ui-cli/data commands: check passes clean data and ends with 65 for types that no label names', async () => {
    const clean = await json('data', 'check', config);
    expect([clean.exitCode, clean.value.blocking]).toEqual([0, 0]);
    const orphan = join(home, 'orphan.csv');
    await writeFile(orphan, 'user_id,item_id,type,at\nu1,i1,like,2025-01-01\nu2,i1,poke,2025-01-02\n');
    const ids = { features: { id: { kind: 'id' } } };
    const interactions = { path: orphan, type: 'type', time: 'at' };
    const file = join(home, 'orphan.json');
    await writeFile(
      file,
      JSON.stringify({ name: 'orphan', data: { source: { type: 'files', users: ids, items: ids, interactions } } }),
    );
    const { exitCode, stdout } = await cli('data', 'check', file, '--verbose');
    expect(exitCode).toBe(65);
    expect(stdout).toMatch(/blocking +unknown-types +1 /);
    expect(stdout).toContain('poke');
    expect(stdout).toContain('SELECT');
    expect((await cli('data', 'check', file, '--max-bad-rows', '1')).stdout).toMatch(/warning +unknown-types +1 /);
  });

  test('ui-cli/data commands: embed makes embeddings once; a source that brings its own needs none', async () => {
    expect((await cli('data', 'embed', config)).stdout).toContain('the source has its own embeddings');
    const hashed = ['data', 'embed', config, '--set', 'data.text_encoder=hashed'] as const;
    const first = await json(...hashed);
    expect(first.value).toMatchObject({
      users: { total: 60, covered: 60 },
      items: { total: 40, covered: 40 },
      cached: 0,
    });
    expect(Number(first.value.computed)).toBeGreaterThan(90);
    expect(first.stderr).toContain(`embedded ${first.value.computed} texts with hashed-ngrams`);
    expect((await json(...hashed)).value).toMatchObject({ ...first.value, computed: 0 });
  });

  test('ui-cli/data commands: gc shows what it would remove, removes it, and leaves what stays usable', async () => {
    const [old = '', newest = ''] = versions;
    const args = ['data', 'gc', '--keep', '1', '--older-than', '0'] as const;
    const dry = await json(...args, '--dry-run');
    expect((await readdir(join(home, 'data', 'versions'))).sort()).toEqual([...versions].sort());
    const real = await json(...args);
    expect(real.value).toMatchObject({ kept: [newest], bytes: dry.value.bytes });
    expect(real.value.removed).toEqual(dry.value.removed);
    expect(real.value.removed).toContainEqual(expect.objectContaining({ kind: 'version', name: old }));
    expect(await readdir(join(home, 'data', 'versions'))).toEqual([newest]);
    expect(await readdir(join(home, 'data', 'tmp'))).toEqual([]);
    expect((await cli('data', 'show', newest, '--verify')).exitCode).toBe(0);
  });
});
