/** `tt-exp serve` on a disk that fills up, around bundles that a real MLflow keeps with their runs. */
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TAG } from '../../../contracts/names.ts';
import { exists } from '../../../host/files/file-errors.ts';
import { loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { eventually } from '../../support/eventually.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';
import { ready, type Started, serveCommand, startNode } from '../../support/serve-process.ts';
import { ask } from '../../support/serving.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** One for each test: they wait at the same time, for servers that try again after 30 s. */
const [FULL, REMOVED] = ['two-tower', 'two-tower-removed'];
const LISTS = '/api/recommendations/startups/for-developer/hot?limit=2';
const PATIENT = { withinMs: 120_000, everyMs: 250 };

let mlflow: TestMlflow;
let tracking: Tracking;
/** Of versions 1 and 2 of `FULL`, and of version 1 of `REMOVED`. */
let digests: readonly string[] = [];

/** As the gate leaves it: the bundle that was judged lies with the run. */
const registerVersion = async (name: string, version: string): Promise<string> => {
  const experimentId = await tracking.ensureExperiment('served');
  const runKey = `${name} ${version}`;
  const run = { runKey, runName: runKey, user: 'u', gitCommit: null, startTimeMs: 1, tags: {} };
  const runId = await tracking.ensureRun({ experimentId, ...run });
  const folder = await temporaryFolder();
  const { manifest } = await loadBundle((await writeSmallBundle(folder)).folder);
  const { folder: bundle, digest } = await writeSmallBundle(folder, {
    facts: { model: { ...manifest.model, name, version, run_id: runId } },
  });
  for (const path of ['manifest.json', ...Object.keys(manifest.files)]) {
    await tracking.putArtifactFile(runId, `bundle/${path}`, join(bundle, path));
  }
  const facts = { dataset_version: 'ds-0123456789abcdef', best_epoch: 1, settings: {}, files: {} };
  await mkdir(join(folder, 'trained'));
  await writeFile(join(folder, 'trained', 'manifest.json'), JSON.stringify(facts));
  await tracking.putArtifactFile(runId, 'model/manifest.json', join(folder, 'trained', 'manifest.json'));
  await tracking.putArtifactFile(runId, 'encoder.json', join(folder, 'encoder.json'));
  const logged = { experimentId, runId, name, folder: join(folder, 'trained'), params: {}, tags: {}, step: 1 };
  const { modelId } = await tracking.ensureLoggedModel({ ...logged, signature: { userDim: 1, itemDim: 1 } });
  await tracking.ensureModelVersion({ name, runId, modelId, tags: { [TAG.bundle]: digest } });
  return digest;
};

const start = (home: string, uri: string, model: string): Started =>
  startNode(home, serveCommand('--model', model), { MLFLOW_TRACKING_URI: uri });

const end = async ({ child }: Started): Promise<void> => {
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
};

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracking = createTracking({ trackingUri: mlflow.address });
  digests = [await registerVersion(FULL, '1'), await registerVersion(FULL, '2'), await registerVersion(REMOVED, '1')];
});

afterAll(async () => {
  await tracking?.close();
  await mlflow?.dispose();
});

describe.concurrent('bin/cli/serve: a disk without space', () => {
  it('serves on while the next bundle cannot be fetched, names disk and remedy once, and swaps once there is space', async (context) => {
    const { expect } = context;
    const disk = mountSmallDisk(4);
    if (disk === null) {
      context.skip('needs the right to mount a file system (root on Linux)');
      return;
    }
    try {
      await tracking.setAlias(FULL, 'champion', '1');
      const server = start(disk.folder, mlflow.address, FULL);
      const { url, bundle } = await ready(server);
      expect(bundle).toBe(digests[0]);
      disk.fill();
      await tracking.setAlias(FULL, 'champion', '2');
      const readiness = async () => (await ask(`${url}/readyz`)).body;
      const degraded = await eventually('an alarm', readiness, (body) => body.degraded.length > 0, PATIENT);
      expect(degraded).toMatchObject({
        ...{ ready: true, bundle: digests[0] },
        degraded: [
          'two-tower/2 cannot be served, two-tower/1 serves on (DISK_FULL; free some space on the disk of the server, which then tries again; the log says more)',
        ],
      });
      expect((await ask(`${url}${LISTS}`)).body).toMatchObject({ item_ids: ['i1', 'i4'], bundle: digests[0] });
      expect((await ask(`${url}/metrics`)).text).toMatch(/^tt_exp_problems 1$/m);
      const alarms = (): readonly string[] =>
        server.stderr().match(/.*two-tower\/2 cannot be served.*no space left.*`tt-exp data gc` removes.*/g) ?? [];
      expect(alarms(), server.stderr()).toHaveLength(1);
      disk.free();
      const after = await eventually('the swap', readiness, (body) => body.bundle === digests[1], PATIENT);
      expect(after.degraded).toEqual([]);
      expect((await ask(`${url}${LISTS}`)).body).toMatchObject({ bundle: digests[1], model_version: '2' });
      await end(server);
    } finally {
      disk.free();
      disk.dispose();
    }
  });
});

describe.concurrent('bin/cli/serve: the folder of the bundle that serves is removed', () => {
  it('answers on, begins anew with MLflow, and without it ends with 66 and what helps', async ({ expect }) => {
    const home = await temporaryFolder();
    await tracking.setAlias(REMOVED, 'champion', '1');
    const folder = join(home, 'bundles', digests[2] ?? '');
    const server = start(home, mlflow.address, REMOVED);
    const { url } = await ready(server);
    await rm(folder, { recursive: true });
    expect((await ask(`${url}${LISTS}`)).body).toMatchObject({ item_ids: ['i1', 'i4'], bundle: digests[2] });
    await end(server);

    const again = start(home, mlflow.address, REMOVED);
    const { url: anew } = await ready(again);
    expect((await ask(`${anew}/readyz`)).body).toMatchObject({ ready: true, bundle: digests[2], degraded: [] });
    expect(again.stderr()).toMatch(/manifest\.json is missing/);
    expect(await exists(folder)).toBe(true);
    await end(again);

    await rm(folder, { recursive: true });
    const { child, stderr } = start(home, 'http://127.0.0.1:1', REMOVED);
    expect(await once(child, 'close')).toEqual([66, null]);
    expect(stderr()).toMatch(/^error: .*manifest\.json is missing; MLflow .*127\.0\.0\.1:1/m);
    expect(stderr()).toMatch(/^hint: Start MLflow with `tt-exp up`, .* fetched or built anew/m);
  });
});
