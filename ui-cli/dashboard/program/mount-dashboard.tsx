/** The dashboard on a terminal: state, drawing, feeds and actions joined, until somebody leaves. */
import { type Instance, render } from 'ink';
import { TtExpError } from '../../../contracts/errors.ts';
import { sizeOf } from '../../live/terminal-size.ts';
import { COLOURS, NO_COLOURS } from '../../live/theme.ts';
import { frameOf } from '../core/frame.ts';
import type { Effect, KeyName } from '../core/keys.ts';
import type { Place } from '../core/places.ts';
import { openScreen } from '../core/screen.ts';
import { initialState, placeOf } from '../core/state.ts';
import { type DashboardEvent, update } from '../core/update.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import { SCREENS } from '../screens/index.ts';
import { openAlternateScreen } from './alternate-screen.ts';
import { DashboardView } from './dashboard-view.tsx';
import { createFeedRunner } from './feed-runner.ts';
import { createPainter } from './painter.ts';
import { perform } from './perform.ts';
import { openSources } from './sources.ts';

export interface DashboardOptions {
  readonly place: Place;
  readonly isReadOnly: boolean;
}

const FRAMES_A_SECOND = 15;
const TICK_MS = 1_000;

const explain = (error: unknown): string =>
  error instanceof TtExpError && error.hint !== undefined
    ? `${error.message}; ${error.hint}`
    : error instanceof Error
      ? error.message
      : String(error);

/** Resolves once it was left; the terminal is then as it was before. */
export const mountDashboard = async (runtime: DashboardRuntime, options: DashboardOptions): Promise<void> => {
  const { stdin, stdout } = runtime.io;
  const theme = runtime.environment().isColorless ? NO_COLOURS : COLOURS;
  const closing = new AbortController();
  const sources = openSources(runtime, closing.signal);
  // What is shown is the wall clock's; the other one only measures.
  let state = initialState({ ...options, nowMs: Date.now(), size: sizeOf(stdout) });
  let frame: ReturnType<typeof setTimeout> | null = null;
  let app: Instance | null = null;

  const element = () => <DashboardView lines={frameOf(state, SCREENS)} theme={theme} onKeys={pressKeys} />;
  const start = (): void => {
    app = render(element(), {
      ...{ stdout: painter.stream, stdin, exitOnCtrlC: false, patchConsole: false },
      // The painter draws: it takes whole frames.
      debug: true,
    });
  };
  const draw = (): void => {
    frame ??= setTimeout(() => {
      frame = null;
      app?.rerender(element());
    }, 1000 / FRAMES_A_SECOND);
  };

  const dispatch = (event: DashboardEvent): void => {
    const step = update(state, event, SCREENS);
    state = step.state;
    feeds.want(openScreen(SCREENS, placeOf(state), state).feeds);
    for (const effect of step.effects) {
      carryOut(effect);
    }
    draw();
  };
  const feeds = createFeedRunner({
    ask: sources.ask,
    now: runtime.now,
    sink: {
      // A request brings the value of its own feed.
      fed: (request, value) =>
        dispatch({ kind: 'fed', request, value, atMs: Date.now() } as Extract<DashboardEvent, { kind: 'fed' }>),
      trouble: (request, error) => dispatch({ kind: 'trouble', request, text: explain(error), atMs: Date.now() }),
    },
  });
  const pressKeys = (keys: readonly KeyName[]): void => {
    for (const key of keys) {
      dispatch({ kind: 'key', key });
    }
  };
  const screen = openAlternateScreen(stdout);
  const painter = createPainter(stdout);
  const drawAnew = (): void => {
    screen.clear();
    painter.forget();
    draw();
  };
  const resize = (): void => {
    dispatch({ kind: 'resize', size: sizeOf(stdout) });
    drawAnew();
  };
  const carryOut = (effect: Effect): void => {
    switch (effect.kind) {
      case 'quit':
        closing.abort();
        return;
      case 'suspend':
        app?.unmount();
        screen.leave();
        process.once('SIGCONT', () => {
          screen.enter();
          painter.forget();
          start();
        });
        process.kill(0, 'SIGTSTP');
        return;
      case 'act':
        perform(runtime, sources, effect.action)
          .then(
            (text) => dispatch({ kind: 'told', text, isBad: false }),
            (error: unknown) => dispatch({ kind: 'told', text: explain(error), isBad: true }),
          )
          .finally(() => feeds.hurry());
        return;
    }
  };

  const left = new Promise<void>((resolve) => {
    closing.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const offs = [runtime.onInterrupt(() => closing.abort()), runtime.onTerminate(() => closing.abort())];
  const timer = setInterval(() => dispatch({ kind: 'tick', atMs: Date.now() }), TICK_MS);
  stdout.on('resize', resize);
  try {
    start();
    feeds.want(openScreen(SCREENS, options.place, state).feeds);
    await left;
  } finally {
    clearInterval(timer);
    clearTimeout(frame ?? undefined);
    stdout.off('resize', resize);
    for (const off of offs) {
      off();
    }
    feeds.stop();
    (app as Instance | null)?.unmount();
    screen.leave();
    await sources.close();
  }
};
