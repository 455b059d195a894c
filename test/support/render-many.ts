/**
 * Draws the full screen many times, and prints what that leaves behind in the process, as JSON. A process of its own, with
 * --expose-gc. Usage: tsx test/support/render-many.ts RENDERS
 */
import { loadForProduction } from '../../config/env.ts';
import { frameOf } from '../../ui-cli/dashboard/core/frame.ts';
import { initialState } from '../../ui-cli/dashboard/core/state.ts';
import { update } from '../../ui-cli/dashboard/core/update.ts';
import { COLOURS } from '../../ui-cli/dashboard/program/theme.ts';
import { SCREENS } from '../../ui-cli/dashboard/screens/index.ts';
import { createFakeTerminal } from './fake-terminal.ts';
import { manyExperiments } from './many-experiments.ts';

const { openDrawing } = await loadForProduction(() => import('../../ui-cli/dashboard/program/drawing.tsx'));

const renders = Number(process.argv[2]);
/** Everything has been compiled and allocated once by then. */
const WARM = Math.floor(renders / 5);
const size = { columns: 100, rows: 30 };

let frames = 0;
let presses = 0;
const { io } = createFakeTerminal(size, () => {
  frames += 1;
});
let state = update(
  initialState({ nowMs: 0, place: { screen: 'experiments' }, size }),
  { kind: 'fed', request: { feed: 'experiments', of: '' }, value: manyExperiments(50), atMs: 0 },
  SCREENS,
).state;
// A clock that always says that the last frame is old enough.
let clockMs = 0;
const drawing = openDrawing({
  stdin: io.stdin,
  stream: io.stdout,
  theme: COLOURS,
  now: () => {
    clockMs += 1000;
    return clockMs;
  },
  lines: () => frameOf(state, SCREENS),
  onKeys: () => undefined,
  onResize: () => undefined,
  onError: (error) => {
    throw error;
  },
});

/** Until so many frames were written, each unlike the one before. */
const renderTo = async (count: number): Promise<void> => {
  while (frames < count) {
    const before = frames;
    state = update(state, { kind: 'key', key: presses++ % 2 === 0 ? 'down' : 'up' }, SCREENS).state;
    drawing.draw();
    while (frames === before) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
};

const measure = (): NodeJS.MemoryUsage => {
  globalThis.gc?.();
  return process.memoryUsage();
};

await renderTo(WARM);
const before = measure();
await renderTo(renders);
const after = measure();
drawing.close();
const per = (bytes: number): number => bytes / (renders - WARM);
process.stdout.write(
  `${JSON.stringify({
    renders: frames,
    heapBytesPerRender: per(after.heapUsed - before.heapUsed),
    rssBytesPerRender: per(after.rss - before.rss),
    rssMegabytes: after.rss / 2 ** 20,
    performanceEntries: performance
      .getEntries()
      .filter(({ entryType }) => entryType === 'measure' || entryType === 'mark').length,
  })}\n`,
);
