/** The real blessing: a trained model's bundle, in a server of its own, with every fault that it is there to find. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Blessing } from '../../../contracts/blessing.ts';
import type { BuildBundleJob, ModelSource } from '../../../contracts/trainer.ts';
import { namesIn } from '../../../host/files/names-in.ts';
import { buildIndex } from '../../../registry/search/item-index.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { eventually } from '../../support/eventually.ts';
import { type Fault, plantFault } from '../../support/plant-fault.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createKilledBlessing } from './killed-blessing.ts';
import { createModelRunner, trainModel } from './runner.ts';

const runner = createModelRunner();
const { signal } = new AbortController();
const DIM = 8;
const ITEMS = 400;

let datasetFolder = '';
let model: ModelSource;
let normalised: ModelSource;
let exact = '';
let indexed = '';
let evaluatedNdcg = 0;

const train = (folder: string, seed: number, normalisation: 'l2' | 'none'): Promise<ModelSource> => {
  const trialFolder = join(folder, `${normalisation}-${seed}`);
  const settings = trialSettings({
    ...{
      seed,
      model: { hidden_dims: [16], embedding_dim: DIM, normalisation },
      training: { num_epochs: 2, batch_size: 1024 },
    },
  });
  return trainModel(runner, { trialFolder, datasetFolder, settings });
};

const jobOf = (of: ModelSource, bundlesFolder: string, mostItemsExact = 100_000): Omit<BuildBundleJob, 'kind'> => ({
  ...{ datasetFolder, model: of, bundlesFolder, mostItemsExact },
  identity: { name: 'two-tower', version: '1', run_id: 'run' },
});

const ndcgOf = async (of: ModelSource): Promise<number> =>
  (
    await runner.evaluateModel(
      {
        ...{ kind: 'evaluate_model', datasetFolder, model: of, split: 'test', relevanceThreshold: 0.4, seed: 1 },
        rankingsFile: null,
      },
      signal,
    )
  ).model.ndcg_at_10;

const bless = async (
  bundleFolder: string | null,
  { of = model, evaluated = evaluatedNdcg, p99BoundMs = 60_000, bundlesFolder = '' } = {},
): Promise<Blessing> => {
  const { blessing } = await runner.bless(
    {
      ...{ kind: 'bless', ...jobOf(of, bundlesFolder), bundleFolder, relevanceThreshold: 0.4, p99BoundMs },
      evaluatedNdcg: evaluated,
    },
    signal,
  );
  return blessing;
};

const floats = (bytes: Buffer): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);
const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer);

/** Command lines of the servers of bundles below a folder. */
const serversOf = async (folder: string): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('serve') && line.includes(folder));
};

beforeAll(async () => {
  const folder = await temporaryFolder('tt-exp-bless-');
  const builder = builderIn(join(folder, 'data'));
  const { version } = await builder.encode({
    data: dataSettings({ users: 120, startups: ITEMS, interactions: 2500 }),
    seed: 7,
  });
  datasetFolder = (await builder.findLocal(version)) ?? '';
  model = await train(folder, 1, 'none');
  normalised = await train(folder, 1, 'l2');
  evaluatedNdcg = await ndcgOf(model);
  const build = async (mostItemsExact?: number): Promise<string> =>
    (
      await runner.buildBundle(
        { kind: 'build_bundle', ...jobOf(model, join(folder, 'bundles'), mostItemsExact) },
        signal,
      )
    ).folder;
  exact = await build();
  indexed = await build(ITEMS - 1);
});

describe('compute/jobs/bless-job', () => {
  it('finds that a whole bundle serves what was judged, to 1e-6', async () => {
    const blessing = await bless(exact);
    expect(blessing).toMatchObject({ outcome: 'agrees', search: 'exact', differing_users: 0, first_difference: null });
    expect(blessing.users).toBeGreaterThan(50);
    expect(Math.abs((blessing.served_ndcg_at_10 ?? 0) - evaluatedNdcg)).toBeLessThan(1e-6);
    expect(blessing.production_ndcg_at_10).toBeGreaterThan(0);
    expect(blessing.engines).toEqual({ two_tower: blessing.users, content: 0, popularity: 0 });
    expect(blessing.p99_ms).toBeGreaterThan(0);
    expect(blessing.bundle).toMatch(/^[0-9a-f]{64}$/);
    expect(exact).toContain(blessing.bundle);
  });

  it('builds the bundle first where there is none, of normalised vectors as well', async () => {
    const bundlesFolder = await temporaryFolder();
    const evaluated = await ndcgOf(normalised);
    const blessing = await bless(null, { of: normalised, evaluated, bundlesFolder });
    expect(blessing).toMatchObject({ outcome: 'agrees', evaluated_ndcg_at_10: evaluated });
    expect(await readdir(bundlesFolder)).toContain(blessing.bundle);
  });

  it('measures production by what was known before the test part, and counts who answered', async () => {
    // With what the test part has of them, five interactions are enough for the model.
    const five = (file: Buffer): Buffer => Buffer.from(new Int32Array(file.length / 4).fill(5).buffer);
    const blessing = await bless(await plantFault(exact, { files: { 'interactions.i32': five } }));
    expect(blessing).toMatchObject({ outcome: 'agrees', differing_users: 0 });
    expect(blessing.engines).toEqual({ two_tower: 0, content: blessing.users, popularity: 0 });
    expect(blessing.production_ndcg_at_10).not.toBe(blessing.served_ndcg_at_10);
  });

  it('accepts of an index what it states to lose', async () => {
    const blessing = await bless(indexed);
    expect(blessing).toMatchObject({ outcome: 'agrees', search: 'index' });
    expect(blessing.difference).toBeLessThanOrEqual(blessing.bound);
  });

  const faults: readonly [string, Blessing['outcome'], RegExp, () => Fault][] = [
    [
      'ids that have moved by one',
      'ids_shifted',
      /400 of 400 items: st?\w* has the vector of/,
      () => ({
        files: {
          'item_ids.jsonl': (file) => {
            const lines = file
              .toString()
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line) as string[]);
            const [first, ...rest] = lines.flat();
            return `${JSON.stringify([...rest, first])}\n`;
          },
        },
      }),
    ],
    [
      'vectors that were normalised for a model that does not',
      'normalisation',
      /400 of 400 items: .* has length 1\.0000, not/,
      () => ({
        files: {
          'items.f32': (file) => {
            const values = floats(file);
            const lengths = Array.from({ length: ITEMS }, (_, row) =>
              Math.hypot(...values.subarray(row * DIM, (row + 1) * DIM)),
            );
            return bytes(values.map((value, at) => value / (lengths[Math.floor(at / DIM)] ?? 1)));
          },
        },
      }),
    ],
    [
      'an encoder of another version',
      'encoder',
      /encoder is of another version/,
      () => ({
        files: {
          'encoder.json': (file) => JSON.stringify({ ...(JSON.parse(file.toString()) as object), version: 1 }),
        },
      }),
    ],
    [
      'vectors that the model does not give',
      'vectors',
      /of another model, or of an encoder of another version \(400 of 400 items/,
      () => ({ files: { 'items.f32': (file) => bytes(floats(file).map((value, at) => value + (at % 3))) } }),
    ],
    [
      'a history that nobody has written',
      'history',
      /are served items that they met before the test part/,
      () => ({ files: { 'history_items.i32': (file) => Buffer.alloc(file.length) } }),
    ],
    [
      'a file that is cut short',
      'does_not_serve',
      /the server does not start: .*users\.f32/,
      () => ({ files: { 'users.f32': (file) => file.subarray(0, file.length - 4) } }),
    ],
  ];

  it.each(faults)('names %s', async (_, outcome, reason, fault) => {
    const blessing = await bless(await plantFault(exact, fault()));
    expect(blessing.reason).toMatch(reason);
    expect(blessing.outcome).toBe(outcome);
  });

  it('names an index of other vectors', async () => {
    const items = floats(await readFile(join(indexed, 'items.f32')));
    const manifest = JSON.parse(await readFile(join(indexed, 'manifest.json'), 'utf8'));
    const stale = await buildIndex(
      { values: items.map((value, at) => (at % 2 === 0 ? -value : value)), rows: ITEMS, dim: DIM },
      {
        ...{ isNormalised: false, threads: 1, onStep: () => undefined },
        settings: { connectivity: manifest.search.connectivity, expansionAdd: manifest.search.expansion_add },
      },
    );
    const planted = await plantFault(indexed, {
      write: (folder) => stale.save(join(folder, 'index.usearch')),
      facts: { search: { ...manifest.search, nominees: 40 } },
    });
    const blessing = await bless(planted);
    expect(blessing.reason).toMatch(/the index finds \d+\.\d % of the first ten, stated are 100\.0 %/);
    expect(blessing).toMatchObject({ outcome: 'stale_index', first_difference: { place: expect.any(Number) } });
  });

  it('names an index of other content', async () => {
    const manifest = JSON.parse(await readFile(join(indexed, 'manifest.json'), 'utf8'));
    const { width } = manifest.content;
    const content = floats(await readFile(join(indexed, 'item_content.f32')));
    const stale = await buildIndex(
      { values: content.map((value, at) => (at % 2 === 0 ? -value : value)), rows: ITEMS, dim: width },
      {
        ...{ isNormalised: true, threads: 1, onStep: () => undefined },
        settings: {
          connectivity: manifest.content_search.connectivity,
          expansionAdd: manifest.content_search.expansion_add,
        },
      },
    );
    const planted = await plantFault(indexed, {
      write: (folder) => stale.save(join(folder, 'content_index.usearch')),
      facts: { content_search: { ...manifest.content_search, nominees: 40 } },
    });
    const blessing = await bless(planted);
    expect(blessing.reason).toMatch(/the index of content finds \d+\.\d % of the first ten, stated are \d+\.\d %/);
    expect(blessing.outcome).toBe('stale_index');
  });

  it('names files that rank otherwise than they were evaluated, and requests that take too long', async () => {
    const differs = await bless(exact, { evaluated: evaluatedNdcg + 0.01 });
    expect(differs).toMatchObject({ outcome: 'evaluation_differs', reason: expect.stringContaining('now') });
    const slow = await bless(exact, { p99BoundMs: 1e-6 });
    expect(slow).toMatchObject({ outcome: 'too_slow', p99_bound_ms: 1e-6 });
  });

  it('leaves no server behind where it is ended', async () => {
    const copy = await plantFault(exact, {});
    const serving = () => serversOf(copy);
    const end = new AbortController();
    const blessing = runner.bless(
      {
        ...{ kind: 'bless', ...jobOf(model, ''), bundleFolder: copy, relevanceThreshold: 0.4, p99BoundMs: 1e-6 },
        evaluatedNdcg,
      },
      end.signal,
    );
    blessing.catch(() => undefined);
    await eventually('a server runs', serving, (lines) => lines.length > 0, { everyMs: 20 });
    end.abort(new Error('cancelled'));
    await expect(blessing).rejects.toThrow('cancelled');
    await eventually('no server runs', serving, (lines) => lines.length === 0);
  });

  it('blames the candidate for no process that is killed: the attempt fails, and the next gives the verdict, once', async () => {
    const { attempt, bundlesFolder, building, calls } = await createKilledBlessing({
      ...{ model, datasetFolder, evaluatedNdcg },
    });
    const digest = basename(exact);
    await expect(attempt('builder')).rejects.toMatchObject({ type: 'TRAINER_CRASHED', nonRetryable: false });
    expect([await namesIn(building), await namesIn(bundlesFolder)]).toEqual([[expect.any(String)], ['.building']]);

    // The next build has removed what is half.
    const unanswered = {
      type: 'SERVICE_UNREACHABLE',
      nonRetryable: false,
      message: expect.stringMatching(/no answer/),
    };
    await expect(attempt('server')).rejects.toMatchObject(unanswered);
    expect([await namesIn(building), await namesIn(join(bundlesFolder, digest))]).toEqual([
      [],
      expect.arrayContaining(['manifest.json']),
    ]);

    // Only its server kills it, once asked: one was there, and ends by itself.
    await expect(attempt('asker')).rejects.toMatchObject({ type: 'TRAINER_CRASHED', nonRetryable: false });
    await eventually(
      'no server runs',
      () => serversOf(bundlesFolder),
      (lines) => lines.length === 0,
    );
    expect(calls).toEqual([]);

    expect(await attempt(null)).toMatchObject({ outcome: 'agrees', bundle: digest, differing_users: 0 });
    expect([await namesIn(building), await serversOf(bundlesFolder)]).toEqual([[], []]);
    const tags = calls.filter(([method]) => method === 'setTags' || method === 'setVersionTags');
    expect(tags).toEqual([
      ['setVersionTags', 'two-tower', '1', { 'tt.bundle': digest }],
      ['setTags', 'run', { 'tt.bundle': digest, 'tt.blessing': 'agrees' }],
    ]);
  });
});
