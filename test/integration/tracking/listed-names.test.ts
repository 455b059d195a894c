/** A server that lists names of its own choice: only the transport is real. */
import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureDataset } from '../../../activities/dataset.ts';
import type { DatasetPort, TrackingPort } from '../../../activities/ports.ts';
import { createWorkspace } from '../../../host/workspace.ts';
import { fetchModel } from '../../../registry/fetch-model.ts';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Entry = { readonly path: string; readonly is_dir: boolean; readonly file_size?: number };

const CONTENT = 'owned';

let server: Server;
let tracking: Tracking & TrackingPort;
let parent: string;
let listing: readonly Entry[];

const answerTo = (url: string): object | string => {
  if (url.includes('/runs/get?')) {
    return { run: { info: { run_id: 'run-1', artifact_uri: 'mlflow-artifacts:/1/run-1/artifacts' } } };
  }
  if (url.includes('/experiments/get')) {
    const tags = [{ key: 'mlflow.note.content', value: 'Dataset versions.' }];
    return { experiment: { experiment_id: '1', lifecycle_stage: 'active', tags } };
  }
  if (url.includes('/runs/search')) {
    return { runs: [{ info: { run_id: 'run-1', experiment_id: '1', status: 'FINISHED' }, data: {} }] };
  }
  if (url.includes('/artifacts/list') || url.includes('/mlflow-artifacts/artifacts?')) {
    return { files: listing };
  }
  return CONTENT;
};

beforeEach(async () => {
  parent = await temporaryFolder('tt-exp-names-');
  server = createServer((request, response) => {
    const answer = answerTo(request.url ?? '');
    const type = typeof answer === 'string' ? 'application/octet-stream' : 'application/json';
    request.resume();
    response.writeHead(200, { 'content-type': type });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  tracking = createTracking({ trackingUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(async () => {
  await tracking.close();
  await new Promise((resolve) => server.close(resolve));
});

const file = (path: string): Entry => ({ path, is_dir: false, file_size: CONTENT.length });

it.each([
  [file('model/../../../x')],
  [file('model/..')],
  [file('/etc/x')],
  [file('elsewhere/x')],
  [{ path: 'model', is_dir: true }],
  [{ path: 'model/../..', is_dir: true }],
])('tracking/artifacts: a server that lists %j in model/ is refused, and nothing is written', async (entry) => {
  listing = [file('model/manifest.json'), entry];
  const home = join(parent, 'home');
  await expect(fetchModel({ tracking, workspace: createWorkspace(home) }, 'run-1')).rejects.toMatchObject({
    code: 'UPSTREAM_REJECTED',
    message: `MLflow lists the artifact "${entry.path}" in model/`,
  });
  expect(await readdir(parent)).toEqual([]);
});

it('activities/dataset: a dataset version whose artifacts lead out of its folder is not adopted', async () => {
  listing = [file('dataset/../../../x')];
  const folder = join(parent, 'version');
  const datasets: Pick<DatasetPort, 'findLocal' | 'adopt'> = {
    findLocal: async () => null,
    adopt: async (_version, receive) => {
      await receive(folder);
      return folder;
    },
  };
  await expect(ensureDataset({ datasets: datasets as DatasetPort, tracking }, 'version-1')).rejects.toMatchObject({
    code: 'UPSTREAM_REJECTED',
    message: 'MLflow lists the artifact "dataset/../../../x" in dataset/',
  });
  expect(await readdir(parent)).toEqual([]);
});

it('host/workspace: an id that leads out of the home is refused', async () => {
  const workspace = createWorkspace(join(parent, 'home'));
  await expect(workspace.modelFolder('../../x')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
  await expect(workspace.modelFolder('')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
  expect(await readdir(parent)).toEqual([]);
});
