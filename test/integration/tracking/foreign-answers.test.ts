import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../../support/faulty-proxy.ts';
import { createMlflowReader } from '../../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ARTIFACT = /\/mlflow-artifacts\/artifacts\/[^?]/;

let server: TestMlflow;
let proxy: FaultyProxy;
let tracking: Tracking;
let folder: string;
let runId: string;

beforeAll(async () => {
  server = await startTestMlflow();
  proxy = await startFaultyProxy(server.address);
  tracking = createTracking({ trackingUri: proxy.url });
  folder = await temporaryFolder('tt-exp-foreign-');
  runId = await tracking.ensureRun({
    experimentId: await tracking.ensureExperiment('foreign'),
    runKey: 'foreign',
    runName: 'foreign',
    user: 'tester',
    gitCommit: null,
    tags: {},
    startTimeMs: Date.now(),
  });
});

afterEach(() => proxy.setFaults(() => null));

afterAll(async () => {
  await tracking?.close();
  await proxy?.stop();
  await server?.dispose();
});

/** How often the fault was met while `work` ran. */
const meeting = async (fault: Fault, path: RegExp, work: () => Promise<unknown>): Promise<number> => {
  const before = proxy.faults[fault];
  proxy.setFaults((asked) => (path.test(asked) ? fault : null));
  await work();
  return proxy.faults[fault] - before;
};

it('tracking/artifacts: an upload that is answered with a redirect to a login page fails at once, and names where', async () => {
  const met = await meeting('redirect', ARTIFACT, () =>
    expect(tracking.putArtifactText(runId, 'note.txt', 'hello')).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: expect.stringMatching(
        /PUT \/api\/2\.0\/mlflow-artifacts\/artifacts\/\S+\/note\.txt: got status 302, a redirect to https:\/\/login\.example\/start, expected MLflow’s own answer: 200 with JSON$/,
      ),
      hint: expect.stringContaining('a proxy that asks for a login'),
    }),
  );
  expect(met).toBe(1);
});

it('tracking/rest: a page of HTML with status 200 fails at once, for a call and for a creation', async () => {
  const refused = {
    code: 'UPSTREAM_REJECTED',
    message: expect.stringContaining('got status 200 with text/html, expected MLflow’s own answer'),
  };
  const met = await meeting('login page', /./, async () => {
    await expect(tracking.getRun(runId)).rejects.toMatchObject(refused);
    await expect(tracking.ensureExperiment('another')).rejects.toMatchObject(refused);
    await expect(tracking.setAlias('model', 'champion', '1')).rejects.toMatchObject(refused);
  });
  expect(met).toBe(3);
});

it('tracking/artifacts: a page that is not found at a proxy is no missing artifact', async () => {
  await meeting('page not found', ARTIFACT, async () => {
    await tracking.putArtifactText(runId, 'there.txt', 'hello').catch(() => undefined);
    await expect(tracking.deleteArtifact(runId, 'there.txt')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
  });
  proxy.setFaults(() => null);
  await tracking.putArtifactText(runId, 'there.txt', 'hello');
  await meeting('page not found', ARTIFACT, async () => {
    const refused = { code: 'UPSTREAM_REJECTED', message: expect.stringContaining('got status 404: <html>') };
    await expect(tracking.getArtifactText(runId, 'there.txt')).rejects.toMatchObject(refused);
    await expect(tracking.getArtifactFile(runId, 'there.txt', join(folder, 'there.txt'))).rejects.toMatchObject(
      refused,
    );
  });
  expect(await readdir(folder)).toEqual([]);
});

it('tracking/artifacts: an upload whose body is lost on the way, though answered well, fails', async () => {
  await meeting('lost body', ARTIFACT, () =>
    expect(tracking.putArtifactText(runId, 'lost.txt', 'hello')).rejects.toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: 'MLflow artifact lost.txt: got 0 bytes, expected 5 bytes, 3 times',
    }),
  );
});

it('tracking/artifacts: a download that ends early without a word of its length fails and leaves no file', async () => {
  await tracking.putArtifactText(runId, 'whole.txt', '0123456789');
  await meeting('cut in silence', ARTIFACT, async () => {
    const refused = { message: 'MLflow artifact whole.txt: got 5 bytes, expected 10 bytes, 3 times' };
    await expect(tracking.getArtifactText(runId, 'whole.txt')).rejects.toMatchObject(refused);
    await expect(tracking.getArtifactFile(runId, 'whole.txt', join(folder, 'whole.txt'))).rejects.toMatchObject(
      refused,
    );
  });
  expect(await readdir(folder)).toEqual([]);
});

it.each(['cut', 'cut in silence'] as const)(
  'tracking/http: with each ninth answer %s, every metric and every byte arrives once',
  async (fault) => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const file = join(folder, 'content.bin');
    await writeFile(file, content);
    let asked = 0;
    proxy.setFaults(() => {
      asked += 1;
      return asked % 9 === 0 ? fault : null;
    });
    const before = proxy.faults[fault];
    const key = fault.replaceAll(' ', '_');
    for (const step of Array.from({ length: 20 }, (_, index) => index)) {
      await tracking.logMetrics(runId, [{ key, value: step, step, timestampMs: 1_000 + step }]);
      await tracking.putArtifactFile(runId, `${key}/${step}.bin`, file);
      expect(await tracking.getArtifactFile(runId, `${key}/${step}.bin`, join(folder, 'copy.bin'))).toBe(true);
      expect(content.equals(await readFile(join(folder, 'copy.bin')))).toBe(true);
      expect(await tracking.findRun(runId)).not.toBeNull();
    }
    expect(proxy.faults[fault] - before).toBeGreaterThan(5);
    proxy.setFaults(() => null);
    const history = await createMlflowReader(server.address).history(runId, key);
    expect(history.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await rm(file);
    await rm(join(folder, 'copy.bin'));
  },
);

it('tracking/artifacts: an empty file and an empty text are stored as such', async () => {
  const file = join(folder, 'empty.bin');
  await writeFile(file, '');
  await tracking.putArtifactFile(runId, 'empty.bin', file);
  await tracking.putArtifactText(runId, 'empty.txt', '');
  expect(await tracking.getArtifactText(runId, 'empty.txt')).toBe('');
  expect(await tracking.getArtifactFile(runId, 'empty.bin', join(folder, 'copy.bin'))).toBe(true);
  expect(await readFile(join(folder, 'copy.bin'), 'utf8')).toBe('');
});

it('tracking/artifacts: a file that is not there to upload, and a folder that cannot be written, are no fault of MLflow', async () => {
  await expect(tracking.putArtifactFile(runId, 'a', join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await tracking.putArtifactText(runId, 'note.txt', 'hello');
  await writeFile(join(folder, 'a-file'), '');
  const below = join(folder, 'a-file', 'copy');
  await expect(tracking.getArtifactFile(runId, 'note.txt', below)).rejects.toMatchObject({ code: 'ENOTDIR' });
});
