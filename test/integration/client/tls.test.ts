/** TLS and credentials to Temporal and MLflow: the real servers behind a proxy that ends TLS, certificates made here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMlflow } from '../../../bin/check-mlflow.ts';
import { openTemporalClient } from '../../../client/connection.ts';
import { temporalTarget } from '../../../client/environment-target.ts';
import { readEnvironment } from '../../../config/env.ts';
import { createCliHome } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { makeFolder } from '../../support/make-folder.ts';
import { startTestMlflow, type TestMlflow, temporalExecutable } from '../../support/provisioned.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type Authority, type Certificate, createAuthority, startTlsProxy, type TlsProxy } from '../../support/tls.ts';

const WORKER = fileURLToPath(new URL('../../../dist/bin/worker.js', import.meta.url));

type Variables = Readonly<Record<string, string>>;

let folder: string;
let temporal: TestWorkflowEnvironment;
let mlflow: TestMlflow;
let authority: Authority;
let client: Certificate;
let stranger: Certificate;
/** By what is asked of the client: nothing, or a certificate. */
let open: TlsProxy;
let mutual: TlsProxy;
/** For the name temporal.test only. */
let named: TlsProxy;
let mlflowTls: TlsProxy;
let mlflowNamed: TlsProxy;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  folder = await temporaryFolder('tt-exp-tls-');
  [temporal, mlflow] = await Promise.all([
    TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: await temporalExecutable() } },
    }),
    startTestMlflow(),
  ]);
  authority = await createAuthority(folder, 'ours');
  const server = await authority.issue('server', 'IP:127.0.0.1');
  const other = await authority.issue('other', 'DNS:temporal.test');
  client = await authority.issue('client', 'DNS:client.test');
  stranger = await (await createAuthority(folder, 'theirs')).issue('client', 'DNS:client.test');
  const target = temporal.address;
  open = await startTlsProxy({ target, server });
  mutual = await startTlsProxy({ target, server, clients: authority });
  named = await startTlsProxy({ target, server: other });
  const mlflowTarget = mlflow.address.replace('http://', '');
  mlflowTls = await startTlsProxy({ target: mlflowTarget, server });
  mlflowNamed = await startTlsProxy({ target: mlflowTarget, server: other });
});

afterAll(async () => {
  await Promise.all([open, mutual, named, mlflowTls, mlflowNamed].map((proxy) => proxy?.stop()));
  await temporal?.teardown();
  await mlflow?.dispose();
});

/** Files of a client certificate, as the variables that name them. */
const pair = ({ certificateFile, keyFile }: Certificate): Variables => ({
  TEMPORAL_TLS_CERT: certificateFile,
  TEMPORAL_TLS_KEY: keyFile,
});

const callTemporal = async (variables: Variables): Promise<void> => {
  const opened = await openTemporalClient(temporalTarget(readEnvironment(variables)));
  try {
    await opened.workflowService.getSystemInfo({});
  } finally {
    await opened.connection.close();
  }
};

interface Ended {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly isReady: boolean;
}

/** A worker of the queue tt-cpu until it ends; told to, once it is ready. */
const runWorker = async (variables: Variables): Promise<Ended> => {
  const readyFile = join(await makeFolder('worker-', folder), 'ready');
  const { PATH, HOME } = readEnvironment().variables;
  const child = spawn(process.execPath, [WORKER, '--queue', 'tt-cpu', '--ready-file', readyFile], {
    env: { PATH, HOME, MLFLOW_TRACKING_URI: mlflow.address, TT_EXP_HOME: folder, TT_TF_BACKEND: 'js', ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const { isReady } = await eventually(
    'a worker that is ready, or its end',
    async () => ({ isReady: existsSync(readyFile), exitCode: child.exitCode, stderr }),
    (seen) => seen.isReady || seen.exitCode !== null,
    { withinMs: 150_000 },
  );
  child.kill('SIGTERM');
  const [exitCode] = await closed;
  return { exitCode, stderr, isReady };
};

/** What is wrong, what is said of it, and with which exit code the worker ends. */
const faults: readonly (readonly [string, () => Variables, RegExp, RegExp, number])[] = [
  [
    'an authority that is not known',
    () => ({ TEMPORAL_ADDRESS: open.address, TEMPORAL_TLS: 'true' }),
    /its certificate is signed by an authority that is not known here/,
    /TEMPORAL_TLS_CA/,
    78,
  ],
  [
    'a certificate for another name',
    () => ({ TEMPORAL_ADDRESS: named.address, TEMPORAL_TLS_CA: authority.certificateFile }),
    /its certificate is for another name/,
    /TEMPORAL_TLS_SERVER_NAME/,
    78,
  ],
  [
    'no certificate of the client',
    () => ({ TEMPORAL_ADDRESS: mutual.address, TEMPORAL_TLS_CA: authority.certificateFile }),
    /it refuses the certificate of this client, or wants one/,
    /TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY/,
    78,
  ],
  [
    'a certificate of the client that somebody else has signed',
    () => ({ TEMPORAL_ADDRESS: mutual.address, TEMPORAL_TLS_CA: authority.certificateFile, ...pair(stranger) }),
    /it refuses the certificate of this client, or wants one/,
    /TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY/,
    78,
  ],
  ['plain against TLS', () => ({ TEMPORAL_ADDRESS: open.address }), /it speaks TLS only/, /TEMPORAL_TLS=true/, 78],
  [
    'TLS against plain',
    () => ({ TEMPORAL_ADDRESS: temporal.address, TEMPORAL_API_KEY: 'key' }),
    /it does not speak TLS/,
    /Unset TEMPORAL_TLS/,
    78,
  ],
  [
    'nobody there',
    () => ({ TEMPORAL_ADDRESS: '127.0.0.1:9' }),
    /cannot be reached \(.*ECONNREFUSED.*\)/,
    /tt-exp up/,
    69,
  ],
  [
    'a server of another kind',
    () => ({ TEMPORAL_ADDRESS: mlflow.address.replace('http://', '') }),
    /the server there is not a Temporal server/,
    /correct TEMPORAL_ADDRESS/,
    69,
  ],
  [
    'a key file that is missing',
    () => ({ TEMPORAL_ADDRESS: open.address, ...pair({ ...client, keyFile: '/nowhere/key.pem' }) }),
    /TEMPORAL_TLS_KEY: got ENOENT at \/nowhere\/key\.pem, expected a PEM file/,
    /Correct TEMPORAL_TLS_KEY/,
    78,
  ],
  [
    'the key of another certificate',
    () => ({ TEMPORAL_ADDRESS: open.address, ...pair({ ...client, keyFile: stranger.keyFile }) }),
    /TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY: got .*, expected a certificate and the key that belongs to it/,
    /Correct TEMPORAL_TLS_CERT/,
    78,
  ],
];

describe('Temporal', () => {
  it.each(faults)('client/connection: %s is told as such', async (_name, variables, message, hint, exitCode) => {
    await expect(callTemporal(variables())).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it.each(faults)('bin/worker: %s is told as such', async (_name, variables, message, hint, exitCode) => {
    const ended = await runWorker(variables());
    const [error = '', ...rest] = ended.stderr.split('\n').filter((line) => /^error|^hint/.test(line));
    expect(error).toMatch(message);
    expect(rest.join()).toMatch(hint);
    expect(ended).toMatchObject({ exitCode, isReady: false });
  });

  const working: readonly (readonly [string, () => Variables])[] = [
    [
      'TEMPORAL_TLS_CA names who signed the certificate',
      () => ({ TEMPORAL_ADDRESS: open.address, TEMPORAL_TLS_CA: authority.certificateFile }),
    ],
    [
      'TEMPORAL_TLS_SERVER_NAME gives the name in the certificate',
      () => ({
        TEMPORAL_ADDRESS: named.address,
        TEMPORAL_TLS_CA: authority.certificateFile,
        TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
      }),
    ],
    [
      'a client certificate is shown',
      () => ({ TEMPORAL_ADDRESS: mutual.address, TEMPORAL_TLS_CA: authority.certificateFile, ...pair(client) }),
    ],
  ];

  it.each(working)('client/connection: connects where %s', async (_name, variables) => {
    await callTemporal(variables());
  });

  it.each(working)('bin/worker: is ready where %s', async (_name, variables) => {
    const ended = await runWorker(variables());
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0, isReady: true });
  });
});

describe('MLflow', () => {
  const check = async (variables: Variables): Promise<void> => {
    const environment = readEnvironment(variables);
    await checkMlflow(environment, environment.mlflow.trackingUri ?? '');
  };

  const https = ({ address }: TlsProxy): string => `https://${address}`;

  const broken: readonly (readonly [string, () => Variables, RegExp, RegExp, number])[] = [
    [
      'an authority that is not known',
      () => ({ MLFLOW_TRACKING_URI: https(mlflowTls) }),
      /its certificate is signed by an authority that is not known here/,
      /MLFLOW_TRACKING_SERVER_CERT_PATH/,
      78,
    ],
    [
      'a certificate for another name',
      () => ({
        MLFLOW_TRACKING_URI: https(mlflowNamed),
        MLFLOW_TRACKING_SERVER_CERT_PATH: authority.certificateFile,
      }),
      /its certificate is for another name/,
      /Correct the host in MLFLOW_TRACKING_URI/,
      78,
    ],
    [
      'TLS against plain',
      () => ({ MLFLOW_TRACKING_URI: mlflow.address.replace('http:', 'https:') }),
      /it does not speak TLS/,
      /begin it with http:/,
      78,
    ],
    [
      'a file of the authority that is missing',
      () => ({ MLFLOW_TRACKING_URI: https(mlflowTls), MLFLOW_TRACKING_SERVER_CERT_PATH: '/nowhere/ca.pem' }),
      /MLFLOW_TRACKING_SERVER_CERT_PATH: got ENOENT at \/nowhere\/ca\.pem, expected a PEM file/,
      /Correct MLFLOW_TRACKING_SERVER_CERT_PATH/,
      78,
    ],
    [
      'plain against TLS',
      () => ({ MLFLOW_TRACKING_URI: `http://${mlflowTls.address}` }),
      /no usable answer for/,
      /begin it with https:/,
      69,
    ],
  ];

  it.each(broken)('tracking/http: %s is told at once', async (_name, variables, message, hint, exitCode) => {
    await expect(check(variables())).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('tracking/http: MLFLOW_TRACKING_SERVER_CERT_PATH names who signed the certificate, for a worker too', async () => {
    const variables = {
      MLFLOW_TRACKING_URI: https(mlflowTls),
      MLFLOW_TRACKING_SERVER_CERT_PATH: authority.certificateFile,
    };
    await check(variables);
    const ended = await runWorker({ TEMPORAL_ADDRESS: temporal.address, ...variables });
    expect(ended, ended.stderr).toMatchObject({ exitCode: 0, isReady: true });
  });

  it('bin/worker: does not start where MLflow’s certificate is not trusted', async () => {
    const ended = await runWorker({ TEMPORAL_ADDRESS: temporal.address, MLFLOW_TRACKING_URI: https(mlflowTls) });
    expect(ended.stderr).toContain('its certificate is signed by an authority that is not known here');
    expect(ended).toMatchObject({ exitCode: 78, isReady: false });
  });
});

it('services/doctor: servers whose authority is not known are missing, with the remedy; known, they are ok', async () => {
  const home = await createCliHome();
  const variables = { TEMPORAL_ADDRESS: open.address, MLFLOW_TRACKING_URI: `https://${mlflowTls.address}` };
  interface Report {
    readonly checks: readonly { readonly part: string; readonly status: string; readonly remedy: string | null }[];
  }
  const stateOf = ({ checks }: Report) =>
    checks.filter(({ part }) => part === 'temporal' || part === 'mlflow').map(({ status, remedy }) => [status, remedy]);
  try {
    const bad = await home.run(['doctor', '--json'], { ...variables, TEMPORAL_TLS: 'true' });
    expect(bad.exitCode).toBe(69);
    expect(stateOf(JSON.parse(bad.stdout) as Report)).toEqual([
      ['missing', expect.stringContaining('TEMPORAL_TLS_CA')],
      ['missing', expect.stringContaining('MLFLOW_TRACKING_SERVER_CERT_PATH')],
    ]);
    const good = await home.run(['doctor', '--json'], {
      ...variables,
      TEMPORAL_TLS_CA: authority.certificateFile,
      MLFLOW_TRACKING_SERVER_CERT_PATH: authority.certificateFile,
    });
    expect(stateOf(JSON.parse(good.stdout) as Report)).toEqual([
      ['ok', null],
      ['ok', null],
    ]);
  } finally {
    await home.dispose();
  }
});
