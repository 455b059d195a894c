import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTE, TASK_QUEUE } from '../../contracts/names.ts';
import { REPOSITORY } from './room-files.ts';

interface Bind {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly restart?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | Bind)[];
  readonly secrets?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly deploy?: {
    readonly resources: {
      readonly reservations: {
        readonly devices: readonly { readonly driver: string; readonly capabilities: readonly string[] }[];
      };
    };
  };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

const read = (path: string): Promise<string> => readFile(join(REPOSITORY, path), 'utf8');
const text = await read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const example = await read('.env.example');
const services = Object.entries(compose.services);
const serviceOf = (name: string): Service => compose.services[name] ?? {};
const isBind = (volume: string | Bind): volume is Bind => typeof volume !== 'string';

/** Others wait for its end: it is a job, not a server. */
const isJob = (name: string): boolean =>
  services.some(([, { depends_on: needs }]) => needs?.[name]?.condition === 'service_completed_successfully');

/** A named version; a moving tag such as `latest`, `16` or `stable` changes under a running stack. */
const isPinned = (image: string): boolean => /:v?\d+\.\d+[\w.-]*$/.test(image);

const SECRET_KEY = /PASSWORD|PWD|SECRET|TOKEN|API_KEY|ACCESS_KEY/;

/** Secret-looking entries whose value is anything but a variable that has to be set. */
const plainSecrets = (environment: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(environment)
    .filter(([key, value]) => {
      if (SECRET_KEY.test(key)) {
        return !/^\$\{[A-Z_]+:\?[^}]+\}$/.test(value);
      }
      return /:\/\/[^/]*:[^/]*@/.test(value) && !/:\/\/\w+:\$\{[A-Z_]+:\?[^}]+\}@/.test(value);
    })
    .map(([key]) => key);

/** As compose files write variables; in a plain string the linter takes it for a forgotten template. */
const interpolated = (expression: string): string => `$\{${expression}}`;

const withoutComments = (file: string): string => file.replace(/^\s*#.*$/gm, '');

describe('docker-compose.yml', () => {
  test('docker-compose: holds Temporal, MLflow, their stores, and workers for both queues', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['temporal', 'temporal-ui', 'temporal-postgres', 'mlflow', 'mlflow-postgres']),
    );
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(['object-store', 'worker-cpu', 'worker-gpu']));
    const queues = services.flatMap(([, { command = [] }]) => command.filter((word) => word.startsWith('tt-')));
    expect(new Set(queues)).toEqual(new Set(Object.values(TASK_QUEUE)));
  });

  test.each(services)('docker-compose: %s is pinned, restarts, and is checked or ends', (name, service) => {
    expect(isPinned(service.image ?? ''), `image ${service.image}`).toBe(true);
    expect(service.logging?.options['max-size']).toBeDefined();
    if (isJob(name)) {
      expect(service.restart).toBe('on-failure');
    } else {
      expect(service.restart).toBe('unless-stopped');
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    }
  });

  test.each(services)('docker-compose: %s waits for services that exist, and for their health', (_name, service) => {
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(compose.services)).toContain(needed);
      expect(condition).toBe(isJob(needed) ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  test.each(services)('docker-compose: %s publishes nothing beyond this host', (_name, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('docker-compose: data lie in named volumes that are declared, and every declared one is used', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.flatMap((volume) => (isBind(volume) ? [] : [volume.split(':')[0] ?? ''])),
    );
    const named = new Set(mounted.filter((source) => !source.startsWith('./')));
    expect([...named].sort()).toEqual(Object.keys(compose.volumes).sort());
    for (const source of mounted.filter((path) => path.startsWith('./'))) {
      expect(existsSync(join(REPOSITORY, source)), source).toBe(true);
    }
  });

  test('docker-compose: the GPU worker reserves NVIDIA devices and starts only with its profile', () => {
    const { deploy, profiles, environment } = serviceOf('worker-gpu');
    expect(deploy?.resources.reservations.devices).toMatchObject([{ driver: 'nvidia', capabilities: ['gpu'] }]);
    expect(profiles).toEqual(['gpu']);
    expect(environment?.TT_TF_BACKEND).toBe('gpu');
  });

  test('docker-compose: the server has options that exist, keys, and the home in which steps look', async () => {
    const { command = [], profiles, volumes, secrets = [] } = serviceOf('serve');
    const row = (await read('docs/reference.md')).split('\n').find((line) => line.startsWith('| `serve`')) ?? '';
    for (const option of command) {
      expect(row).toContain(`\`${option.split('=')[0]}`);
    }
    expect(command).toContain(`--api-keys=/run/secrets/${secrets[0]}`);
    expect(compose.secrets).toHaveProperty(secrets[0] ?? '');
    expect(profiles).toEqual(['serve']);
    const [home] = serviceOf('worker-cpu').volumes ?? [];
    expect(volumes).toEqual([home]);
  });

  test('docker-compose: the workers that read sources see files under the path of the command, and its variables', () => {
    const { volumes = [], environment = {} } = serviceOf('worker-cpu');
    const [bind] = volumes.filter(isBind);
    expect(bind).toMatchObject({ type: 'bind', read_only: true, source: interpolated('TT_DATA_FOLDER:-/srv/tt-exp') });
    expect(bind?.target).toBe(bind?.source);
    expect(environment.DATABASE_URL).toBe(interpolated('DATABASE_URL:-'));
    expect(environment.TT_EXP_WEBHOOK_URL).toBe(interpolated('TT_EXP_WEBHOOK_URL:-'));
  });

  test('docker-compose: a database is healthy only when it answers over TCP', () => {
    const checks = services.flatMap(([, { image = '', healthcheck }]) =>
      image.startsWith('postgres:') ? [healthcheck?.test ?? []] : [],
    );
    expect(checks).toHaveLength(2);
    for (const check of checks) {
      expect(check.slice(1, 3)).toEqual(['pg_isready', '--host=127.0.0.1']);
    }
  });

  test('docker-compose: MLflow on a busy host has a minute to answer its own health check', () => {
    const options = serviceOf('mlflow').command?.find((word) => word.startsWith('--uvicorn-opts='));
    expect(options?.split(/[= ]/)).toEqual(expect.arrayContaining(['--timeout-worker-healthcheck', '60']));
  });

  test('docker-compose: no secret is written down', () => {
    for (const [name, { environment = {} }] of services) {
      expect(plainSecrets(environment), name).toEqual([]);
    }
  });

  test.each([
    [{ POSTGRES_PASSWORD: 'temporal' }, ['POSTGRES_PASSWORD']],
    [{ AWS_SECRET_ACCESS_KEY: interpolated('KEY:-secret') }, ['AWS_SECRET_ACCESS_KEY']],
    [{ STORE_URI: 'postgresql://user:word@host/name' }, ['STORE_URI']],
    [{ STORE_URI: `postgresql://user:${interpolated('WORD:?set it')}@host/name`, DB_PORT: '5432' }, []],
  ])('docker-compose: the secret check on %j names %j', (environment, found) => {
    expect(plainSecrets(environment)).toEqual(found);
  });

  test.each(['postgres', 'postgres:latest', 'postgres:16', 'node:20-bookworm-slim', 'a/b:stable'])(
    'docker-compose: the pin check refuses %s',
    (image) => {
      expect(isPinned(image)).toBe(false);
    },
  );

  test('.env.example: names each variable of the stack, and no secret has a value', () => {
    const required = new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name));
    const optional = new Set(
      [...text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name, value]) => `${name}=${value}`),
    );
    const lines = example.split('\n');
    expect(lines.filter((line) => /^[A-Z_]+=/.test(line)).sort()).toEqual(
      [...required].map((name) => `${name}=`).sort(),
    );
    const suggested = lines.flatMap((line) => /^# ([A-Z_]+=\S*)$/.exec(line)?.[1] ?? []);
    expect(suggested.sort()).toEqual([...optional].sort());
  });

  test.each(['.gitignore', '.dockerignore'])('%s: leaves out secrets', async (file) => {
    expect((await read(file)).split('\n')).toEqual(expect.arrayContaining(['.env', 'serve-api-keys.json']));
  });

  test('docker-compose: MLflow answers to its service name', () => {
    const option = serviceOf('mlflow').command?.find((word) => word.startsWith('--allowed-hosts='));
    expect(option?.split('=')[1]?.split(',')).toContain('mlflow:5000');
    expect(serviceOf('worker-cpu').environment?.MLFLOW_TRACKING_URI).toBe('http://mlflow:5000');
  });

  test('docker/temporal-namespace: registers every search attribute of contracts/names', async () => {
    const script = await read('docker/temporal-namespace.sh');
    for (const name of Object.values(SEARCH_ATTRIBUTE)) {
      expect(script).toContain(`--name ${name} --type Keyword`);
    }
  });
});

describe('docker/', () => {
  const dockerfiles = readdirSync(join(REPOSITORY, 'docker')).filter((name) => name.endsWith('.Dockerfile'));

  test('docker: every Dockerfile is built by the stack', () => {
    const built = services.flatMap(([, { build }]) => build?.dockerfile.replace(/^docker\//, '') ?? []);
    expect(new Set(built)).toEqual(new Set(dockerfiles));
  });

  test.each(dockerfiles)(
    'docker/%s: base images are pinned, packages too, and it does not run as root',
    async (name) => {
      const file = withoutComments(await read(`docker/${name}`));
      const bases = [...file.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? '');
      expect(bases.length).toBeGreaterThan(0);
      expect(bases.filter((image) => !isPinned(image))).toEqual([]);
      const user = [...file.matchAll(/^USER (\S+)/gm)].at(-1)?.[1];
      expect(user).toMatch(/^(?!root|0)/);
      const installed = /pip install ([^\n]*(?:\\\n[^\n]*)*)/.exec(file)?.[1]?.split(/\s+/) ?? [];
      expect(installed.filter((word) => /^[a-z]/.test(word) && !word.includes('=='))).toEqual([]);
    },
  );

  test('docker/worker: the image holds each folder in memory with the mode that the stack asks for', async () => {
    const file = withoutComments(await read('docker/worker.Dockerfile'));
    const mounts = services.flatMap(([, { build, tmpfs = [] }]) =>
      build?.dockerfile === 'docker/worker.Dockerfile' ? tmpfs : [],
    );
    expect(mounts.length).toBeGreaterThan(0);
    for (const mount of mounts) {
      const [, folder, mode] = /^(.+):mode=(\d+)$/.exec(mount) ?? [];
      expect(file).toContain(`install --directory --mode=${mode} ${folder}\n`);
    }
  });

  test('docker/mlflow: has the version of the embedded server', async () => {
    const pinned = /^mlflow==(\S+)/m.exec(await read('services/provision/requirements-mlflow.txt'))?.[1];
    expect(await read('docker/mlflow.Dockerfile')).toContain(`mlflow==${pinned} `);
    expect(serviceOf('mlflow').image).toBe(`tt-exp-mlflow:${pinned}`);
  });
});
