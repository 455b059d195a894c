// What a start of `tt-exp serve` costs by the events that its log holds: milliseconds until it is ready, processor time, memory, and how
// long erasing one user takes, which writes the log anew. Without MLflow, from the bundle that served last. Needs a build.
// Usage: npm run build && npm run bench:events [-- --events 0 --events 100000 --events 1000000 --rounds 3]
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { homeLayout } from '../host/home-layout.ts';
import { EVENTS_FILE } from '../serving/events/log-file.ts';
import { POINTER_FILE, writePointer } from '../serving/follow/pointer-file.ts';
import { median } from './median.ts';
import { writeBenchBundle } from './serve-bundle.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', multiple: true, default: ['0', '100000', '1000000'] },
    rounds: { type: 'string', default: '3' },
  },
});
const PROGRAM = fileURLToPath(new URL('../dist/bin/tt-exp.js', import.meta.url));
const MODEL = 'two-tower';
const SIZE = { items: 1_000, users: 20_000, dim: 128, contentDim: 384 };
/** Of Linux, in /proc. */
const MS_A_TICK = 10;
const TYPES = ['view', 'view', 'view', 'click', 'like'];

const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-events-'));
const serving = homeLayout(folder).servingFolder(MODEL);
const log = join(serving, EVENTS_FILE);

/** Users and items in an order that tells nothing, a tenth of the users new. */
const writeEvents = async (count: number): Promise<void> => {
  await mkdir(serving, { recursive: true });
  const stream = createWriteStream(log);
  for (let n = 0; n < count; n += 1) {
    const user = (n * 7919) % Math.round(SIZE.users * 1.1);
    const event = {
      event_id: `${(n * 2_654_435_761) % 4_294_967_296}-${n}`,
      user_id: `u${String(user).padStart(7, '0')}`,
      item_id: `i${String((n * 104_729) % SIZE.items).padStart(7, '0')}`,
      type: TYPES[n % TYPES.length],
      occurred_at: null,
      received_at: new Date(1_790_000_000_000 + n * 1_000).toISOString(),
    };
    if (!stream.write(`\n${JSON.stringify(event)}\n`)) {
      await once(stream, 'drain');
    }
  }
  stream.end();
  await once(stream, 'finish');
};

const start = async (): Promise<{ readonly url: string; readonly child: ChildProcess; readonly readyMs: number }> => {
  const { MLFLOW_TRACKING_URI: _mlflow, ...variables } = process.env;
  const begin = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--model', MODEL, '--port', '0', '--json'], {
    env: { ...variables, TT_EXP_HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url: (JSON.parse(line) as { readonly url: string }).url, child, readyMs: performance.now() - begin };
};

const megabytes = async ({ pid }: ChildProcess, name: 'VmRSS' | 'VmHWM'): Promise<number> =>
  Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Of the process so far, user and system: what a start costs where other programs share the machine. */
const cpuMs = async ({ pid }: ChildProcess): Promise<number> => {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
};

try {
  const bundle = await writeBenchBundle(folder, { ...SIZE, seed: 1 });
  const kept = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')) as {
    readonly model: { readonly version: string; readonly run_id: string };
  };
  await mkdir(serving, { recursive: true });
  const { version, run_id: runId } = kept.model;
  await writePointer({ bundle: basename(bundle), version, runId }, join(serving, POINTER_FILE));
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`);
  for (const events of options.events.map(Number)) {
    await writeEvents(events);
    const { size } = await stat(log);
    const [ready, spent, resident, most]: [number[], number[], number[], number[]] = [[], [], [], []];
    let erasedMs = 0;
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      const { url, child, readyMs } = await start();
      ready.push(readyMs);
      spent.push(await cpuMs(child));
      resident.push(await megabytes(child, 'VmRSS'));
      most.push(await megabytes(child, 'VmHWM'));
      if (round === Number(options.rounds) && events > 0) {
        const begin = performance.now();
        const response = await fetch(`${url}/api/events/for-developer/u0000001`, { method: 'DELETE' });
        if (response.status !== 200) {
          throw new Error(`erasing: got ${response.status}: ${await response.text()}`);
        }
        erasedMs = performance.now() - begin;
      }
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    console.log(
      `${events} events, ${(size / 1e6).toFixed(0)} MB: ready after ${median(ready).toFixed(0)} ms (${median(spent).toFixed(0)} ms of processor time), ${median(resident).toFixed(0)} MB, at most ${median(most).toFixed(0)} MB (medians of ${ready.length}); one user erased in ${erasedMs.toFixed(0)} ms`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
