/** From a name to a bundle: built once, found again without compute, and without MLflow. */
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import type { LocalContext } from '../../../local/local-context.ts';
import { openBundle } from '../../../local/open-bundle.ts';
import type { LocalPorts, LocalTracking, Patience } from '../../../local/ports.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createModelRunner, trainModel } from '../compute/runner.ts';

const runner = createModelRunner();
const { signal } = new AbortController();
const unreachable = () => new TtExpError('SERVICE_UNREACHABLE', 'MLflow: nothing answers');

let trained = '';
/** Of the home that all tests begin with. */
let data = '';
let home = '';
let warnings: string[] = [];
let builds = 0;
let onBuilt = (): void => undefined;
let patiences: Patience[] = [];
type Server = ReturnType<typeof createFakeTracking>['tracking'];

let tracking: Server | null = null;

beforeAll(async () => {
  const folder = await temporaryFolder('tt-exp-open-bundle-');
  data = join(folder, 'data');
  const builder = builderIn(data);
  const { version } = await builder.encode({ data: dataSettings(SMALL), seed: 7 });
  const datasetFolder = (await builder.findLocal(version)) ?? '';
  trained = join(folder, 'trained');
  const settings = trialSettings({ model: { hidden_dims: [8], embedding_dim: 4 }, training: { num_epochs: 1 } });
  await trainModel(runner, { trialFolder: trained, datasetFolder, settings });
  await cp(join(datasetFolder, 'encoder.json'), join(trained, 'encoder.json'));
});

beforeEach(async () => {
  home = await temporaryFolder();
  await cp(data, join(home, 'data'), { recursive: true });
  [warnings, patiences, builds, tracking] = [[], [], 0, null];
  onBuilt = () => undefined;
});

const ports = (): LocalPorts => ({
  openDatasets: async () => ({ ...builderIn(join(home, 'data')), close: async () => undefined }),
  startTracking: () => Promise.reject(unreachable()),
  connectTracking: async (patience = 'long') => {
    patiences.push(patience);
    if (tracking === null) {
      throw unreachable();
    }
    return {
      ...tracking,
      findVersion: tracking.getVersion,
      uri: 'http://mlflow',
      close: async () => undefined,
    } as unknown as LocalTracking;
  },
  openCompute: async () => ({
    ...runner,
    buildBundle: async (job, aborted) => {
      builds += 1;
      const built = await runner.buildBundle(job, aborted);
      onBuilt();
      return built;
    },
    trainingCode: '',
  }),
  gitCommit: async () => null,
});

const open = (reference: string) => {
  const context: LocalContext = {
    homeFolder: home,
    ports: ports(),
    log: (level, message) => {
      if (level === 'warn') {
        warnings.push(message);
      }
    },
    count: () => undefined,
    signal,
  };
  return openBundle(context, reference);
};

/** An MLflow with one version of `two-tower`, its champion. */
const register = async (): Promise<Server> => {
  const { tracking: server } = createFakeTracking();
  const experimentId = await server.ensureExperiment('two-tower');
  const run = { runKey: 'key', runName: 'run', user: 'u', gitCommit: null, startTimeMs: 1, tags: {} };
  const runId = await server.ensureRun({ experimentId, ...run });
  for (const entry of await readdir(join(trained, 'model'), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      await server.putArtifactFile(runId, path.slice(trained.length + 1), path);
    }
  }
  await server.putArtifactFile(runId, 'encoder.json', join(trained, 'encoder.json'));
  const logged = { experimentId, runId, name: 'm', folder: join(trained, 'model'), params: {}, tags: {}, step: 1 };
  const { modelId } = await server.ensureLoggedModel({ ...logged, signature: { userDim: 1, itemDim: 1 } });
  const { version } = await server.ensureModelVersion({ name: 'two-tower', runId, modelId, tags: {} });
  await server.setAlias('two-tower', 'champion', version);
  return server;
};

it('builds the bundle of a folder once', async () => {
  const first = await open(trained);
  expect(first.manifest.model).toEqual(expect.objectContaining({ name: null, version: null, run_id: null }));
  expect(first.folder).toBe(join(home, 'bundles', first.digest));
  expect((await open(trained)).digest).toBe(first.digest);
  expect([builds, warnings]).toEqual([1, []]);
});

it('finds the bundle of a champion without building it again, and without MLflow', async () => {
  tracking = await register();
  const first = await open('two-tower');
  expect(first.manifest.model).toEqual(expect.objectContaining({ name: 'two-tower', version: '1' }));
  expect((await open('two-tower@champion')).digest).toBe(first.digest);
  tracking = null;
  expect((await open('two-tower@champion')).digest).toBe(first.digest);
  expect(builds).toBe(1);
  // What says nothing need not be waited for once there is something to answer from.
  expect(patiences).toEqual(['long', 'short', 'short']);
  expect(warnings).toEqual([
    expect.stringContaining('answering from the last bundle of two-tower@champion, which may be out of date'),
  ]);
});

it('answers from the last bundle where the home takes no files, and names the home where there is none', async () => {
  tracking = await register();
  const first = await open('two-tower');
  await rm(join(home, 'models'), { recursive: true });
  await writeFile(join(home, 'models'), 'in the way');
  expect((await open('two-tower')).digest).toBe(first.digest);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^the home .* cannot be written \(.*models.*\); answering from the last bundle of two-tower, /,
    ),
  ]);
  await rm(join(home, 'bundles'), { recursive: true });
  await expect(open('two-tower')).rejects.toMatchObject({
    code: 'ENVIRONMENT_INVALID',
    message: expect.stringContaining(`the home ${home} cannot be written`),
  });
});

it('answers while the disk is full from a bundle that is here, noted or not, and names the disk where there is none', async (context) => {
  const disk = mountSmallDisk(8);
  if (disk === null) {
    context.skip('needs the right to mount a file system (root on Linux)');
    return;
  }
  try {
    home = disk.folder;
    await cp(data, join(home, 'data'), { recursive: true });
    tracking = await register();
    onBuilt = () => disk.fill();
    const first = await open('two-tower');
    expect(first.folder).toBe(join(home, 'bundles', first.digest));
    expect(warnings.splice(0)).toEqual([
      expect.stringMatching(
        /^the home .* has no space left \(ENOSPC.*two-tower\/1 is here, and is built again .*`tt-exp data gc`/,
      ),
      expect.stringMatching(
        /^the home .* has no space left \(ENOSPC.*: without MLflow, two-tower may lead .*`tt-exp data gc`/,
      ),
    ]);
    for (const reference of ['two-tower', 'two-tower/1']) {
      expect((await open(reference)).digest).toBe(first.digest);
      expect(warnings.splice(0)).toEqual([
        expect.stringMatching(/ no space left \(ENOSPC.*; answering from the bundle of version 1, .*`tt-exp data gc`/),
      ]);
    }
    disk.free();
    onBuilt = () => undefined;
    for (const _ of ['notes it', 'finds it']) {
      expect((await open('two-tower')).digest).toBe(first.digest);
    }
    expect([builds, warnings]).toEqual([2, []]);
    disk.fill();
    expect((await open('two-tower')).digest).toBe(first.digest);
    expect(warnings).toEqual([
      expect.stringMatching(/answering from the last bundle of two-tower, .*`tt-exp data gc`/),
    ]);
    await rm(first.folder, { recursive: true });
    disk.fill();
    await expect(open('two-tower')).rejects.toMatchObject({
      ...{ code: 'DISK_FULL', message: expect.stringMatching(/no space left.*; .*manifest\.json is missing$/) },
      hint: expect.stringContaining('tt-exp data gc'),
    });
  } finally {
    disk.dispose();
  }
});

it('takes a name alone for its champion, and for nothing of another alias', async () => {
  tracking = await register();
  const first = await open('two-tower@champion');
  await tracking.setAlias('two-tower', 'staging', '1');
  tracking = null;
  expect((await open('two-tower')).digest).toBe(first.digest);
  expect((await open('two-tower/1')).digest).toBe(first.digest);
  expect(warnings.at(-1)).toMatch(/answering from the bundle of version 1, which may be out of date$/);
  for (const other of ['two-tower@staging', 'two-tower/2', 'two']) {
    await expect(open(other)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  }
});

it('takes the bundle that was judged from its run, in another home, and warns where it has to build another one', async () => {
  const server = await register();
  tracking = server;
  const { runId } = await server.getVersion('two-tower', '1');
  const judged = await open('two-tower');
  for (const path of ['manifest.json', ...Object.keys(judged.manifest.files)]) {
    await server.putArtifactFile(runId, `bundle/${path}`, join(judged.folder, path));
  }
  await server.setVersionTags('two-tower', '1', { 'tt.bundle': judged.digest });
  home = await temporaryFolder();
  expect((await open('two-tower')).digest).toBe(judged.digest);
  expect([builds, warnings]).toEqual([1, []]);
  await truncate(join(home, 'bundles', judged.digest, 'items.f32'), 0);
  expect((await open('two-tower')).digest).toBe(judged.digest);
  expect([builds, warnings]).toEqual([
    1,
    [expect.stringMatching(/items\.f32 has .*; the bundle of two-tower\/1 that was judged is fetched again$/)],
  ]);
  warnings.length = 0;
  await server.setVersionTags('two-tower', '1', { 'tt.bundle': 'f'.repeat(64) });
  await cp(data, join(home, 'data'), { recursive: true });
  expect((await open('two-tower')).digest).toBe(judged.digest);
  expect(builds).toBe(2);
  expect(warnings).toEqual([
    expect.stringMatching(/^the bundle of two-tower\/1 is .* here, and the gate has judged f+$/),
  ]);
});

it('leaves a damaged bundle where it is until another one takes its place, and says what helps', async () => {
  const server = await register();
  tracking = server;
  const first = await open('two-tower');
  await appendFile(join(first.folder, 'items.f32'), 'x');
  tracking = null;
  await expect(open('two-tower')).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringMatching(/no MLflow is there.*items\.f32 has/),
    hint: expect.stringContaining('tt-exp up'),
  });
  expect(await readdir(first.folder)).toContain('items.f32');
  // Of an earlier version: a copy of what was built, under its own digest.
  const manifest = { ...first.manifest, model: { ...first.manifest.model, version: '0' } };
  const text = JSON.stringify(manifest);
  const older = join(home, 'bundles', createHash('sha256').update(text).digest('hex'));
  await cp(first.folder, older, { recursive: true });
  await truncate(join(older, 'items.f32'), first.manifest.files['items.f32']?.bytes);
  await writeFile(join(older, 'manifest.json'), text);
  expect((await open('two-tower')).folder).toBe(older);
  expect(warnings.at(-1)).toMatch(/items\.f32 has .*; answering from the bundle of version 0/);
  // The build fails: the damaged one keeps its place.
  tracking = server;
  await rename(join(home, 'data'), join(home, 'away'));
  await expect(open('two-tower')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  expect(await readdir(first.folder)).toContain('items.f32');
  await rename(join(home, 'away'), join(home, 'data'));
  expect((await open('two-tower')).digest).toBe(first.digest);
  expect((await readdir(join(home, 'bundles'))).filter((name) => name.startsWith('.damaged'))).toEqual([]);
});

it('refuses a name that led nowhere yet, without MLflow', async () => {
  await expect(open('two-tower')).rejects.toEqual(expect.objectContaining({ code: 'SERVICE_UNREACHABLE' }));
});

it('builds a bundle anew that is not whole any more', async () => {
  const first = await open(trained);
  await appendFile(join(first.folder, 'items.f32'), 'x');
  expect((await open(trained)).digest).toBe(first.digest);
  expect(builds).toBe(2);
  expect(warnings).toEqual([
    expect.stringMatching(/items\.f32 has \d+ bytes, expected \d+; the bundle is built anew$/),
  ]);
});

it('builds again where the records of what was built are damaged', async () => {
  const first = await open(trained);
  const built = join(home, 'bundles', 'built');
  for (const name of await readdir(built)) {
    await appendFile(join(built, name), '}');
  }
  expect((await open(trained)).digest).toBe(first.digest);
  expect(builds).toBe(2);
});

it('tells that the dataset version is gone', async () => {
  home = await temporaryFolder();
  await mkdir(join(home, 'data'));
  await expect(open(trained)).rejects.toEqual(expect.objectContaining({ code: 'DATASET_NOT_FOUND' }));
});
