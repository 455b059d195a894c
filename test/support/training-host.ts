/** A host that has nothing but the package and the addresses of the two servers, and trains. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeProcesses, killEverything } from '../chaos/home-processes.ts';
import { type CliHome, createCliHome } from './cli.ts';
import { createNetworkHost } from './network-hosts.ts';

/** Both host:port. */
export interface ServerAddresses {
  readonly temporal: string;
  readonly mlflow: string;
}

export interface TrainingHostOptions {
  /** For the caches and packages of all hosts. */
  readonly folder: string;
  /** 0 to 3, each once. */
  readonly index: number;
  readonly servers: ServerAddresses;
  /** A network namespace of its own; else the network of this process. */
  readonly hasOwnNetwork: boolean;
  /** By how much its wall clock is ahead; negative: behind. */
  readonly clockShiftMs?: number;
  /** A copy of the package with another training code. */
  readonly isOutdated?: boolean;
}

export interface TrainingHost {
  /** Everything that its worker has written so far. */
  output(): string;
  isTraining(): Promise<boolean>;
  /** Id of the MLflow run that it trained first; null: it has not begun. */
  firstRun(): string | null;
  /** As with Ctrl-C: it answers for every step that it has taken. Resolves once its worker has ended. */
  stop(): Promise<void>;
  /** As when its power fails. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

const CLOCK = fileURLToPath(new URL('./fixtures/shifted-clock.mjs', import.meta.url));

export const serverVariables = ({ temporal, mlflow }: ServerAddresses): NodeJS.ProcessEnv => ({
  TEMPORAL_ADDRESS: temporal,
  MLFLOW_TRACKING_URI: `http://${mlflow}`,
});

const copyOutdated = async (folder: string): Promise<string> => {
  const copy = join(folder, 'outdated');
  await mkdir(copy);
  await cp('dist', join(copy, 'dist'), { recursive: true });
  await appendFile(join(copy, 'dist', 'models', 'training', 'train.js'), '// another version\n');
  for (const name of ['node_modules', 'package.json']) {
    await symlink(resolve(name), join(copy, name));
  }
  return copy;
};

const BEGUN = /training ([0-9a-f]{32})-\S+: begins/;

const clockVariables = (shiftMs: number): NodeJS.ProcessEnv =>
  shiftMs === 0 ? {} : { NODE_OPTIONS: `--import ${CLOCK}`, SHIFTED_CLOCK_MS: String(shiftMs) };

/** An empty home, an empty cache, and a backend that needs neither. */
const variablesOf = (home: CliHome, { folder, index, clockShiftMs = 0 }: TrainingHostOptions): NodeJS.ProcessEnv => ({
  ...home.environment,
  TT_EXP_CACHE: join(folder, `cache-${index}`),
  TT_TF_BACKEND: 'wasm',
  ...clockVariables(clockShiftMs),
});

export const startTrainingHost = async (options: TrainingHostOptions): Promise<TrainingHost> => {
  const { servers, folder } = options;
  const home = await createCliHome();
  const network = options.hasOwnNetwork ? await createNetworkHost(options.index) : null;
  const addresses =
    network === null
      ? servers
      : { temporal: await network.reach(servers.temporal), mlflow: await network.reach(servers.mlflow) };
  const program = join(options.isOutdated === true ? await copyOutdated(folder) : resolve(), 'dist/bin/tt-exp.js');
  const worker = [process.execPath, program, 'worker', '--queue', 'tt-gpu', '--slots', '1'];
  const [file = '', ...args] = [...(network?.prefix ?? []), ...worker];
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...variablesOf(home, options), ...serverVariables(addresses) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const kill = (): Promise<void> => killEverything(home.folder);
  return {
    output: () => output,
    isTraining: async () => (await homeProcesses(home.folder)).some(({ command }) => command.includes('compute-child')),
    firstRun: () => BEGUN.exec(output)?.[1] ?? null,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
    kill,
    dispose: async () => {
      await kill();
      await home.dispose();
      await network?.dispose();
    },
  };
};
