// What a blessing adds to a gate: `tt-exp gate` about a model of the built-in data, with `gate.blessing` off and required
// in turn, the bundle built anew each time; seconds. Needs a build.
// Usage: npm run build && npm run bench:blessing [-- --rounds 5]
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median } from './median.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const PROGRAM = fileURLToPath(new URL('../dist/bin/tt-exp.js', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
const home = join(folder, 'home');
const run = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, TT_EXP_HOME: home },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
};

const ask = async (blessing: 'off' | 'required'): Promise<number> => {
  await rm(join(home, 'bundles'), { recursive: true, force: true });
  const begin = performance.now();
  const set = [`gate.blessing=${blessing}`, 'gate.min_ndcg_at_10=0'].flatMap((change) => ['--set', change]);
  const answer = await run('gate', join(folder, 'model'), '--model-name', 'two-tower', ...set, '--json');
  const { blessing: found } = JSON.parse(answer) as { readonly blessing?: { readonly outcome: string } };
  if ((found?.outcome ?? 'off') !== (blessing === 'off' ? 'off' : 'agrees')) {
    throw new Error(`blessing: got ${found?.outcome}, expected ${blessing}`);
  }
  return (performance.now() - begin) / 1000;
};

try {
  await run('train', '--loss', 'in_batch_softmax', '--epochs', '3', '--output-dir', folder, '--model-name', 'model');
  const seconds = { off: [] as number[], required: [] as number[] };
  for (let round = 0; round < Number(options.rounds); round += 1) {
    seconds.off.push(await ask('off'));
    seconds.required.push(await ask('required'));
  }
  console.log(`${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`);
  for (const [name, spent] of Object.entries(seconds)) {
    console.log(`${name.padEnd(9)} least ${Math.min(...spent).toFixed(2)} s, median ${median(spent).toFixed(2)} s`);
  }
} finally {
  await run('down');
  await rm(folder, { recursive: true, force: true });
}
