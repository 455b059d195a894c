/** Whole experiments at an MLflow server that asks who calls, as a user without the rights of an admin. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTracking } from '../../tracking/index.ts';
import { writeSmallSweep } from '../chaos/write-small-sweep.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { type MlflowWithLogin, startMlflowWithLogin } from '../support/mlflow-with-login.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let mlflow: MlflowWithLogin;
let home: CliHome;
let folder: string;
let hook: Server;
const told: string[] = [];

const addressWith = (password: string): string =>
  `http://${mlflow.username}:${encodeURIComponent(password)}@${mlflow.address.replace('http://', '')}`;

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-login-');
  mlflow = await startMlflowWithLogin();
  hook = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => told.push(text));
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  home = await createCliHome({
    MLFLOW_TRACKING_URI: addressWith(mlflow.password),
    TT_EXP_WEBHOOK_URL: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
  });
});

afterAll(async () => {
  await home?.dispose();
  await mlflow?.stop();
  await new Promise((resolve) => hook.close(resolve));
});

const statusOfAlias = async (name: string): Promise<number> => {
  const { address, username, password } = mlflow;
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  const path = `/api/2.0/mlflow/registered-models/alias?name=${name}&alias=champion`;
  return (await fetch(`${address}${path}`, { headers: { authorization: `Basic ${credentials}` } })).status;
};

/** Files below the home, Temporal's database among them, that hold any of the texts. */
const filesWith = async (texts: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const entry of await readdir(home.folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(file) : Buffer.alloc(0);
    if (texts.some((text) => content.includes(text))) {
      found.push(file);
    }
  }
  return found;
};

it('tracking/registry: a user without rights of an admin runs a whole experiment on a model name that nobody has registered', async () => {
  const file = await writeSmallSweep(folder, { name: 'with-login', epochs: 2 });
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), notify: {} }));
  // Of an unknown model MLflow says what it says of a missing permission.
  expect(await statusOfAlias('two-tower-smoke')).toBe(403);
  const { exitCode, stdout, stderr } = await home.run(['run', file, '--json', '--require-promotion']);
  expect(exitCode, stderr.slice(-3000)).toBe(0);
  const result = JSON.parse(stdout) as { gate: { decision: string }; urls: { mlflow: string } };
  expect(result.gate.decision).toBe('promoted');

  const tracking = createTracking({ ...mlflow, trackingUri: mlflow.address });
  expect((await tracking.findByAlias('two-tower-smoke', 'champion'))?.version).toBe('1');
  expect(await tracking.findByAlias('two-tower-smoke', 'challenger')).toBeNull();
  expect(await tracking.findByAlias('nobody-registered-this', 'champion')).toBeNull();
  expect(await tracking.findVersion('nobody-registered-this', '1')).toBeNull();
  await tracking.close();

  // The credentials of the address logged in, and are nowhere to be seen.
  expect(result.urls.mlflow).toBe(mlflow.address);
  expect(told.join('')).toContain(mlflow.address);
  const secrets = [mlflow.password, encodeURIComponent(mlflow.password)];
  expect([stdout, stderr, ...told].filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
  expect(await filesWith(secrets)).toEqual([]);
  const status = await home.run(['status', '--json']);
  expect(secrets.some((secret) => status.stdout.includes(secret))).toBe(false);
}, 600_000);

it('bin/worker: a worker with a wrong password ends with the reason instead of taking tasks', async () => {
  const { services } = JSON.parse((await home.run(['status', '--json'])).stdout) as {
    services: readonly { name: string; address: string | null }[];
  };
  const temporal = services.find(({ name }) => name === 'temporal')?.address ?? '';
  const started = await home.run(['worker', '--queue', 'tt-cpu'], {
    TEMPORAL_ADDRESS: temporal,
    MLFLOW_TRACKING_URI: addressWith('wrong'),
  });
  expect(started.exitCode).toBe(78);
  expect(started.stderr).toMatch(/error: MLflow \S+: GET \S+: got status 401/);
  expect(started.stderr).toContain('hint: Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME');
  expect(started.stderr).not.toContain('wrong@');
});
