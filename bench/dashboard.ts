// The full screen: milliseconds a frame, from a key to what is painted, share of a core while nothing happens, frames a
// second under a flood of keys, memory over 100,000 frames. Usage: npm run bench:dashboard [-- FRAMES]
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadForProduction } from '../config/env.ts';
import { createFakePlatform } from '../test/support/fake-cli/fake-platform.ts';
import { createFakeRuntime } from '../test/support/fake-cli/fake-runtime.ts';
import { createFakeTerminal } from '../test/support/fake-terminal.ts';
import { manyExperiments, viewOfManyTrials } from '../test/support/many-experiments.ts';
import { frameOf } from '../ui-cli/dashboard/core/frame.ts';
import { initialState } from '../ui-cli/dashboard/core/state.ts';
import { update } from '../ui-cli/dashboard/core/update.ts';
import { COLOURS } from '../ui-cli/dashboard/program/theme.ts';
import { SCREENS } from '../ui-cli/dashboard/screens/index.ts';
import { median } from './median.ts';

const [EXPERIMENTS, TRIALS] = [5_000, 1_000];
const SIZE = { columns: 120, rows: 40 };
const FRAMES = 200;
const IDLE_MS = 10_000;
const FLOOD_MS = 3_000;
const MANY_FRAMES = Number(process.argv[2] ?? 100_000);

const { openDrawing } = await loadForProduction(() => import('../ui-cli/dashboard/program/drawing.tsx'));
const { mountDashboard } = await loadForProduction(() => import('../ui-cli/dashboard/program/mount-dashboard.ts'));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const figures = (values: readonly number[]): string =>
  `minimum ${Math.min(...values).toFixed(1)} ms, median ${median(values).toFixed(1)} ms`;
const print = (what: string, text: string): void => console.log(`${what.padEnd(44)} ${text}`);

const listed = update(
  initialState({ nowMs: 0, place: { screen: 'experiments' }, size: SIZE }),
  { kind: 'fed', request: { feed: 'experiments', of: '' }, value: manyExperiments(EXPERIMENTS), atMs: 0 },
  SCREENS,
).state;
const view = viewOfManyTrials(TRIALS);
const opened = update(
  initialState({ nowMs: 0, place: { screen: 'experiment', experimentId: view.experimentId }, size: SIZE }),
  { kind: 'fed', request: { feed: 'experiment', of: view.experimentId }, value: view, atMs: 0 },
  SCREENS,
).state;

/** A key, then state, lines and what is painted: the cursor goes down and up. */
const frameTimes = async (from: typeof listed): Promise<readonly number[]> => {
  let state = from;
  let writes = 0;
  let clockMs = 0;
  const { io } = createFakeTerminal(SIZE, () => {
    writes += 1;
  });
  const drawing = openDrawing({
    ...{ stdin: io.stdin, stream: io.stdout, theme: COLOURS },
    now: () => {
      clockMs += 1_000;
      return clockMs;
    },
    lines: () => frameOf(state, SCREENS),
    ...{ onKeys: () => undefined, onResize: () => undefined },
    onError: (error) => {
      throw error;
    },
  });
  const times: number[] = [];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const before = writes;
    const startMs = performance.now();
    state = update(state, { kind: 'key', key: frame % 2 === 0 ? 'down' : 'up' }, SCREENS).state;
    drawing.draw();
    while (writes === before) {
      await sleep(0);
    }
    times.push(performance.now() - startMs);
  }
  drawing.close();
  return times.slice(FRAMES / 4);
};

const mounted = async (): Promise<void> => {
  let painted: (() => void) | null = null;
  let frames = 0;
  const terminal = createFakeTerminal(SIZE, () => {
    frames += 1;
    painted?.();
  });
  const { openPlatform } = createFakePlatform({ views: [] });
  const rows = manyExperiments(EXPERIMENTS);
  const { runtime } = createFakeRuntime({
    io: terminal.io,
    now: () => performance.now(),
    openPlatform: async (options) => {
      const platform = await openPlatform(options);
      return { ...platform, experiments: { ...platform.experiments, list: async () => rows } };
    },
    onTerminate: () => () => undefined,
    onHangUp: () => () => undefined,
    savedViews: async () => ({}),
  });
  const left = mountDashboard(runtime, { place: { screen: 'experiments' }, isReadOnly: true });
  await sleep(3_000);
  const latencies: number[] = [];
  for (let press = 0; press < 50; press += 1) {
    const startMs = performance.now();
    const next = new Promise<void>((resolve) => {
      painted = resolve;
    });
    terminal.press(press % 2 === 0 ? 'j' : 'k');
    await next;
    latencies.push(performance.now() - startMs);
    await sleep(100);
  }
  print(`from a key to its frame, ${EXPERIMENTS} experiments`, figures(latencies));
  const used = process.cpuUsage();
  await sleep(IDLE_MS);
  const { user, system } = process.cpuUsage(used);
  print('share of a core while nothing happens', `${(((user + system) / 1000 / IDLE_MS) * 100).toFixed(1)} %`);
  frames = 0;
  const endMs = performance.now() + FLOOD_MS;
  for (let press = 0; performance.now() < endMs; press += 1) {
    terminal.press(press % 2 === 0 ? 'j' : 'k');
    await sleep(1);
  }
  print('frames a second while keys are held', (frames / (FLOOD_MS / 1000)).toFixed(1));
  terminal.press('q');
  await left;
};

print(`a frame, ${EXPERIMENTS} experiments`, figures(await frameTimes(listed)));
print(`a frame, ${TRIALS} trials`, figures(await frameTimes(opened)));
await mounted();
const script = fileURLToPath(new URL('../test/support/render-many.ts', import.meta.url));
const many = JSON.parse(
  execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', script, String(MANY_FRAMES)], { encoding: 'utf8' }),
) as { readonly rssBytesPerRender: number; readonly heapBytesPerRender: number; readonly rssMegabytes: number };
print(
  `memory, ${MANY_FRAMES} frames`,
  `RSS ${many.rssMegabytes.toFixed(0)} MB, ${many.rssBytesPerRender.toFixed(0)} bytes a frame more; heap ${many.heapBytesPerRender.toFixed(0)}`,
);
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
