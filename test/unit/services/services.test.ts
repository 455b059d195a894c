import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import { systemClock } from '../../../host/clock.ts';
import { homeLayout } from '../../../host/home-layout.ts';
import { launchDigest, launchEnvironment } from '../../../host/processes/launch-process.ts';
import { buildServices, desiredNames, serviceKindOf } from '../../../services/build-services.ts';
import { type DesiredServices, readDesired, updateDesired } from '../../../services/desired-services.ts';
import { buildDoctorReport, checkNodeVersion } from '../../../services/doctor.ts';
import { backoffMs } from '../../../services/restart-policy.ts';
import { outsideAddresses, readAddresses } from '../../../services/service-addresses.ts';
import { remedyFor } from '../../../services/start-failure.ts';
import { nameWorkers } from '../../../services/worker-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-services-');
});

const desired: DesiredServices = {
  format: 1,
  revision: 'r',
  isDown: false,
  temporal: { executable: '/t', version: '1.9.1', origin: 'path', canDisableNews: true, namespace: 'default' },
  mlflow: { python: '/p', version: '3.17.2', pythonVersion: '3.11.7' },
  workers: {
    specs: [
      { queue: 'tt-cpu', slots: 2 },
      { queue: 'tt-gpu', slots: 1, env: { CUDA_VISIBLE_DEVICES: '0' } },
      { queue: 'tt-gpu', slots: 1 },
    ],
    temporalAddress: null,
    mlflowUri: null,
    namespace: 'default',
    nodeExecutable: '/node',
    nodeArguments: ['--import', 'x'],
    workerScript: '/w.js',
    version: '0.1.0',
  },
};

const build = (change: Partial<DesiredServices> = {}) =>
  buildServices({ ...desired, ...change }, homeLayout('/home'), '/cache', {
    temporal: '127.0.0.1:7',
    mlflow: 'http://127.0.0.1:8',
  });

const named = (name: string) => {
  const service = build().find((item) => item.name === name);
  if (service === undefined) {
    throw new Error(`no ${name}`);
  }
  return service;
};

describe('services/build-services', () => {
  it('services/temporal-server: listens on 127.0.0.1 alone, with WAL, our search attribute and fast timers', () => {
    const { args, cwd, dropEnv } = named('temporal').launch({ grpc: 1, ui: 2 });
    const text = args.join(' ');
    expect(cwd).toBe('/home/temporal');
    expect(text).toContain(
      'server start-dev --ip 127.0.0.1 --ui-ip 127.0.0.1 --port 1 --ui-port 2 --db-filename temporal.db',
    );
    expect(text).toContain('--sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=NORMAL');
    expect(text).toContain('--search-attribute TtExperimentId=Keyword');
    expect(text).toContain('--ui-disable-news-fetch');
    for (const setting of [
      'history.timerProcessorMaxTimeShift="50ms"',
      'history.workflowIdReuseMinimalInterval="0s"',
      'history.transferProcessorMaxPollRPS=1000',
      'history.timerProcessorMaxPollRPS=1000',
      'history.visibilityProcessorMaxPollRPS=1000',
    ]) {
      expect(args[args.indexOf(setting) - 1]).toBe('--dynamic-config-value');
    }
    expect(dropEnv).toEqual(['TEMPORAL_']);
  });

  it('services/mlflow-server: one worker on 127.0.0.1, artifact proxy on, jobs and telemetry off', () => {
    const { command, args, env, cwd } = named('mlflow').launch({ http: 9 });
    expect(command).toBe('/p');
    expect(cwd).toBe('/home/mlflow');
    const text = args.join(' ');
    expect(text).toContain('-m mlflow server --host 127.0.0.1 --port 9 --workers 1');
    expect(text).toContain(
      '--backend-store-uri sqlite:///mlflow.db --serve-artifacts --artifacts-destination ./artifacts',
    );
    expect(env).toMatchObject({ MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' });
  });

  it('services/worker-process: waits for both servers and gets their addresses and its own settings', () => {
    const worker = named('worker-tt-gpu-1');
    expect(worker.dependsOn).toEqual(['temporal', 'mlflow']);
    const { command, args, env } = worker.launch({});
    expect([command, ...args].join(' ')).toBe(
      '/node --import x /w.js --queue tt-gpu --slots 1 --ready-file /home/services/worker-tt-gpu-1.ready',
    );
    expect(env).toEqual({
      TT_EXP_HOME: '/home',
      TT_EXP_CACHE: '/cache',
      TEMPORAL_ADDRESS: '127.0.0.1:7',
      TEMPORAL_NAMESPACE: 'default',
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:8',
      CUDA_VISIBLE_DEVICES: '0',
    });
  });

  it('services/build-services: workers wait until their servers have addresses', () => {
    const services = buildServices(desired, homeLayout('/home'), '/cache', { temporal: '127.0.0.1:7', mlflow: null });
    expect(services.map(({ name }) => name)).toEqual(['temporal', 'mlflow']);
    expect(desiredNames(desired)).toEqual([
      'temporal',
      'mlflow',
      'worker-tt-cpu-1',
      'worker-tt-gpu-1',
      'worker-tt-gpu-2',
    ]);
  });

  it('services/worker-process: a worker of outside servers depends on none of ours and keeps their credentials', () => {
    const workers =
      desired.workers === null ? null : { ...desired.workers, temporalAddress: 'far:1', mlflowUri: 'http://far' };
    const worker = build({ temporal: null, mlflow: null, workers })[0];
    expect(worker?.dependsOn).toEqual([]);
    expect(worker?.launch({}).dropEnv).toEqual([]);
    expect(worker?.launch({}).env).toMatchObject({ TEMPORAL_ADDRESS: 'far:1', MLFLOW_TRACKING_URI: 'http://far' });
  });

  it('services/worker-process: names count each queue from one', () => {
    const names = nameWorkers(desired.workers?.specs ?? []).map(([name]) => name);
    expect(names).toEqual(['worker-tt-cpu-1', 'worker-tt-gpu-1', 'worker-tt-gpu-2']);
    expect(['temporal', 'mlflow', ...names].map(serviceKindOf)).toEqual([
      'temporal',
      'mlflow',
      'worker',
      'worker',
      'worker',
    ]);
  });
});

describe('services/launch-process', () => {
  const launch = { command: 'c', args: ['a'], env: { OWN: '1' }, dropEnv: ['TEMPORAL_'] };

  it('host/processes/launch-process: a process inherits all but what it must not see, and is marked', () => {
    const environment = { PATH: '/bin', TEMPORAL_API_KEY: 'secret', OWN: '0' };
    expect(launchEnvironment({ launch, environment, marker: '/home|x' })).toEqual({
      PATH: '/bin',
      OWN: '1',
      TT_EXP_SERVICE: '/home|x',
    });
  });

  it('host/processes/launch-process: the digest changes with command, arguments and settings', () => {
    const digests = [launch, { ...launch, command: 'd' }, { ...launch, args: ['b'] }, { ...launch, env: {} }].map(
      launchDigest,
    );
    expect(new Set(digests).size).toBe(4);
    expect(launchDigest({ ...launch })).toBe(digests[0]);
  });
});

describe('services/desired-services', () => {
  it('services/desired-services: changes made at once are all kept', async () => {
    const layout = homeLayout(folder);
    const spec = { queue: 'tt-cpu', slots: 1 } as const;
    const base = desired.workers;
    if (base === null) {
      throw new Error('no workers');
    }
    const results = await Promise.all(
      [1, 2, 3, 4].map(() =>
        updateDesired(layout, systemClock, (current) => ({
          ...current,
          workers: { ...base, specs: [...(current.workers?.specs ?? []), spec] },
        })),
      ),
    );
    const last = await readDesired(layout);
    expect(last?.workers?.specs).toEqual([spec, spec, spec, spec]);
    expect(new Set(results.map(({ revision }) => revision)).size).toBe(4);
    expect(results.map(({ revision }) => revision)).toContain(last?.revision);
  });

  it('services/desired-services: a file of another shape is not taken for an order to stop everything', async () => {
    const layout = homeLayout(folder);
    await mkdir(layout.servicesFolder, { recursive: true });
    expect(await readDesired(layout)).toBeNull();
    for (const value of [
      { format: 2, revision: 'x' },
      { format: 1, revision: 'x', isDown: false, temporal: {}, mlflow: null, workers: null },
    ]) {
      await writeFile(layout.desiredFile, JSON.stringify(value));
      expect(await readDesired(layout)).toBeNull();
    }
    await writeFile(layout.desiredFile, JSON.stringify(desired));
    expect(await readDesired(layout)).toEqual(desired);
  });
});

describe('services/restart-policy', () => {
  it('services/restart-policy: waits 250 ms, twice as long each time, at most 30 s', () => {
    const waits = (wasHealthy: boolean) => [1, 2, 3, 4, 7, 8, 20].map((failures) => backoffMs(failures, wasHealthy));
    expect(waits(false)).toEqual([250, 500, 1_000, 2_000, 16_000, 30_000, 30_000]);
    expect(waits(true)).toEqual([250, 500, 1_000, 2_000, 5_000, 5_000, 5_000]);
  });
});

describe('services/start-failure', () => {
  it('services/start-failure: names the remedy that the last lines ask for', () => {
    const remedy = (line: string): string => remedyFor([line], '/h/logs/x.log', '/h');
    expect(remedy('OSError: [Errno 28] No space left on device')).toContain('Free space on the disk that holds /h');
    expect(remedy('sqlite3: database or disk is full')).toContain('Free space');
    expect(remedy('listen tcp 127.0.0.1:1: bind: address already in use')).toContain('Another program took the port');
    expect(remedy('attempt to write a readonly database')).toContain('writable');
    expect(remedy("Can't locate revision identified by 'abc'")).toContain('database below /h');
    expect(remedy('Segmentation fault')).toBe('Read /h/logs/x.log, fix what it reports, then run `tt-exp up`.');
  });
});

describe('services/service-addresses', () => {
  it('services/service-addresses: an empty variable names no server', () => {
    expect(outsideAddresses({ TEMPORAL_ADDRESS: '', MLFLOW_TRACKING_URI: 'http://m' })).toEqual({
      temporal: null,
      mlflow: 'http://m',
      namespace: 'default',
    });
  });

  it('services/service-addresses: where nothing runs the error says how to start it', async () => {
    await expect(readAddresses(homeLayout(folder), {})).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      hint: 'Start it with `tt-exp up`, or set TEMPORAL_ADDRESS.',
    });
  });
});

describe('services/doctor', () => {
  /** Without outside servers nobody asks for them. */
  const unused = { temporal: async () => undefined, mlflow: async () => undefined };

  it('services/doctor: judges the version of Node.js by its limits', () => {
    const states = ['20.18.3', '20.19.0', '22.1.0', '24.19.2', '25.0.0', '18.20.0'].map(
      (version) => checkNodeVersion(version).status,
    );
    expect(states).toEqual(['warn', 'ok', 'ok', 'ok', 'warn', 'warn']);
  });

  it('services/doctor: names each part with its remedy where nothing is there', async () => {
    const said = {
      part: 'tensorflow',
      chosen: 'js',
      version: null,
      address: null,
      status: 'warn',
      remedy: 'r',
    } as const;
    const report = await buildDoctorReport({
      layout: homeLayout(join(folder, 'home')),
      cacheFolder: join(folder, 'cache'),
      requirementsFolder: join(import.meta.dirname, '../../../services/provision'),
      environment: { PATH: folder },
      clock: systemClock,
      log: () => {},
      probes: { ...unused, tensorflow: async () => said },
    });
    const states = Object.fromEntries(report.checks.map(({ part, status }) => [part, status]));
    expect(states).toEqual({
      node: 'ok',
      python: 'missing',
      temporal: 'warn',
      mlflow: 'warn',
      'g++': 'warn',
      git: 'warn',
      'disk of the home folder': 'ok',
      'disk of the cache folder': 'ok',
      tensorflow: 'warn',
    });
    for (const { status, remedy } of report.checks) {
      expect(remedy === null).toBe(status === 'ok');
    }
    expect(report.isUsable).toBe(false);
  });

  it('services/doctor: an outside server that cannot be connected to is missing, with the reason and the remedy', async () => {
    const refuse = async (address: string): Promise<void> => {
      throw new TtExpError('ENVIRONMENT_INVALID', `at ${address}: it wants a password`, { hint: 'Give one.' });
    };
    const report = await buildDoctorReport({
      layout: homeLayout(folder),
      cacheFolder: folder,
      requirementsFolder: folder,
      environment: { ...process.env, TEMPORAL_ADDRESS: 'there:1', MLFLOW_TRACKING_URI: 'http://there' },
      clock: systemClock,
      log: () => {},
      probes: { temporal: refuse, mlflow: refuse },
    });
    const remedies = report.checks.map(({ part, status, remedy }) => [part, status, remedy]);
    expect(remedies).toEqual(
      expect.arrayContaining([
        [
          'temporal',
          'missing',
          'at there:1: it wants a password. Give one. Or unset TEMPORAL_ADDRESS for the embedded server.',
        ],
        [
          'mlflow',
          'missing',
          'at http://there: it wants a password. Give one. Or unset MLFLOW_TRACKING_URI for the embedded server.',
        ],
      ]),
    );
  });
});
