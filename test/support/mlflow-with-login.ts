/** A real MLflow server with its basic-auth app, and a user who is no admin. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { eventually } from './eventually.ts';
import { makeFolder, removeFolder } from './make-folder.ts';
import { provisioned } from './provisioned.ts';
import { testPython } from './test-python.ts';

export interface MlflowWithLogin {
  readonly address: string;
  /** Of a user without rights of an admin. */
  readonly username: string;
  readonly password: string;
  stop(): Promise<void>;
}

const ADMIN_PASSWORD = 'admin of this test';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const sitePackages = async (): Promise<string> => {
  const { folder } = await testPython('mlflow-auth');
  const [version = ''] = await readdir(join(folder, 'lib'));
  return join(folder, 'lib', version, 'site-packages');
};

const writeSettings = async (folder: string): Promise<string> => {
  const file = join(folder, 'basic_auth.ini');
  const lines = [
    '[mlflow]',
    'default_permission = READ',
    `database_uri = sqlite:///${join(folder, 'auth.db')}`,
    'admin_username = admin',
    'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
    // Without it each call takes 300 ms.
    'auth_cache_ttl_seconds = 600',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
};

const addUser = async (address: string, username: string, password: string): Promise<void> => {
  const response = await fetch(`${address}/api/2.0/mlflow/users/create`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`,
    },
    body: JSON.stringify({ username, password }),
  });
  if (!response.ok) {
    throw new Error(`users/create: got status ${response.status}: ${await response.text()}`);
  }
};

export const startMlflowWithLogin = async (): Promise<MlflowWithLogin> => {
  const { mlflow } = await provisioned();
  if (mlflow === null) {
    throw new Error('no MLflow was provisioned');
  }
  const folder = await makeFolder('tt-exp-mlflow-login-');
  await mkdir(join(folder, 'artifacts'));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const child = spawn(
    mlflow.python,
    [
      ...['-m', 'mlflow', 'server', '--app-name', 'basic-auth', '--host', '127.0.0.1', '--port', String(port)],
      ...['--workers', '1', '--backend-store-uri', 'sqlite:///mlflow.db'],
      ...['--serve-artifacts', '--artifacts-destination', './artifacts'],
    ],
    {
      cwd: folder,
      env: {
        ...readEnvironment().variables,
        PYTHONPATH: await sitePackages(),
        MLFLOW_AUTH_CONFIG_PATH: await writeSettings(folder),
        MLFLOW_AUTH_ADMIN_PASSWORD: ADMIN_PASSWORD,
        MLFLOW_FLASK_SERVER_SECRET_KEY: 'key of this test',
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MLFLOW_TRACKING_URI: undefined,
      },
      // A group of its own: its worker processes end with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && !hasEnded()) {
      process.kill(-child.pid, 'SIGKILL');
      await once(child, 'exit');
    }
    await removeFolder(folder);
  };
  try {
    const isUp = async (): Promise<boolean> =>
      fetch(`${address}/health`).then(
        (response) => response.ok,
        () => false,
      );
    const seen = await eventually(
      'MLflow with a login',
      async () => ({ isUp: await isUp(), hasEnded: hasEnded(), log: log.slice(-2000) }),
      (now) => now.isUp || now.hasEnded,
      { withinMs: 240_000, everyMs: 200 },
    );
    if (!seen.isUp) {
      throw new Error(`MLflow with a login ended: ${seen.log}`);
    }
    const user = { username: 'ada', password: 'p@ss/w:rd of ada' };
    await addUser(address, user.username, user.password);
    return { address, ...user, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
