// What orchestration adds to training: wall time of a sweep against (training seconds of its trials / parallel slots).
// Usage: npm run bench:overhead [-- experiments/sweep.json]. Services are started first and not counted.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** wall ≤ FACTOR × ideal + ALLOWANCE_SECONDS is what we promise. */
const FACTOR = 1.15;
const ALLOWANCE_SECONDS = 20;

interface Summary {
  readonly trials: readonly { readonly seconds: number; readonly status: string }[];
}

const cli = fileURLToPath(new URL('../dist/bin/tt-exp.js', import.meta.url));
const configFile = process.argv[2] ?? 'experiments/sweep.json';
const home = await mkdtemp(join(tmpdir(), 'tt-exp-overhead-'));

const run = (args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    env: { ...process.env, TT_EXP_HOME: home },
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) {
    throw new Error(`tt-exp ${args.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  }
  return stdout;
};

try {
  run(['up']);
  const config = JSON.parse(await readFile(configFile, 'utf8')) as { sweep?: { max_parallel?: number } };
  const slots = Math.min(config.sweep?.max_parallel ?? 1, availableParallelism());
  const startMs = performance.now();
  const { trials } = JSON.parse(run(['run', configFile, '--json'])) as Summary;
  const wall = (performance.now() - startMs) / 1000;
  const training = trials.reduce((sum, { seconds }) => sum + seconds, 0);
  const ideal = training / slots;
  const limit = FACTOR * ideal + ALLOWANCE_SECONDS;
  console.log(`${configFile}: ${trials.length} trials, ${training.toFixed(1)} s of training, ${slots} slots`);
  console.log(
    `wall ${wall.toFixed(1)} s; ideal ${ideal.toFixed(1)} s; limit ${FACTOR} × ideal + ${ALLOWANCE_SECONDS} s = ${limit.toFixed(1)} s: ${wall <= limit ? 'kept' : 'MISSED'}`,
  );
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
} finally {
  run(['down']);
  await rm(home, { recursive: true, force: true });
}
