/** Draws on the whole terminal, and gives it back: for a while to the shell, and at the end. */
import { type Instance, render } from 'ink';
import type { CliIo } from '../../command-line/process-runtime.ts';
import type { KeyName } from '../core/keys.ts';
import { isSameFrame, type Line } from '../core/line.ts';
import { createAlternateScreen } from './alternate-screen.ts';
import { DashboardView } from './dashboard-view.tsx';
import { createPainter } from './painter.ts';
import type { Theme } from './theme.ts';

export interface DrawingOptions {
  readonly stdin: CliIo['stdin'];
  readonly stream: NodeJS.WriteStream;
  readonly theme: Theme;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly lines: () => readonly Line[];
  readonly onKeys: (keys: readonly KeyName[]) => void;
  readonly onResize: () => void;
  readonly onError: (error: unknown) => void;
}

export interface Drawing {
  /** Now, or as soon as the last frame is old enough. */
  draw(): void;
  /** As Ctrl-Z does elsewhere: until `fg`. */
  suspend(): void;
  /** The terminal is as it was before. */
  close(): void;
}

const FRAMES_A_SECOND = 15;

/** Stopping takes effect sooner; where nobody controls jobs, nothing is stopped. */
const STOPPING_MS = 200;

export const openDrawing = (options: DrawingOptions): Drawing => {
  const { stdin, stream, theme, now, lines, onKeys, onResize, onError } = options;
  const screen = createAlternateScreen(stream);
  const painter = createPainter(stream);
  let app: Instance | null = null;
  let next: ReturnType<typeof setTimeout> | null = null;
  /** Of a stop that nobody may have made. */
  let unstopped: ReturnType<typeof setTimeout> | null = null;
  let drawnMs = Number.NEGATIVE_INFINITY;

  /** null: what the terminal shows is unknown. */
  let shown: readonly Line[] | null = null;

  const forget = (): void => {
    painter.forget();
    shown = null;
  };
  const element = (frame: readonly Line[]) => {
    shown = frame;
    return <DashboardView lines={frame} theme={theme} onKeys={onKeys} />;
  };
  const drawNow = (): void => {
    next = null;
    drawnMs = now();
    const frame = lines();
    // Most answers and ticks change nothing that is in sight.
    if (shown === null || !isSameFrame(shown, frame)) {
      app?.rerender(element(frame));
    }
  };
  const draw = (): void => {
    next ??= setTimeout(drawNow, Math.max(0, drawnMs + 1000 / FRAMES_A_SECOND - now()));
  };
  const start = (): void => {
    clearTimeout(unstopped ?? undefined);
    // First, since a process in the background is stopped here, before it has drawn anything.
    stdin.setRawMode(true);
    screen.enter();
    forget();
    app = render(element(lines()), {
      ...{ stdout: painter.stream, stdin, exitOnCtrlC: false, patchConsole: false },
      // Each write is one whole frame then, which the painter takes.
      debug: true,
    });
    // A component that throws ends Ink.
    app.waitUntilExit().catch(onError);
  };
  const stop = (): void => {
    const stopping = app;
    app = null;
    stopping?.unmount();
    stdin.setRawMode(false);
    screen.leave();
  };
  const resize = (): void => {
    onResize();
    if (app !== null) {
      screen.clear();
      forget();
      draw();
    }
  };
  /** Whoever stopped the process has used the terminal since. */
  const resume = (): void => {
    if (app !== null) {
      stop();
    }
    start();
    // Nobody told us of a new size while we were stopped; Node looks on this signal.
    process.kill(process.pid, 'SIGWINCH');
  };

  stream.on('resize', resize);
  process.on('SIGCONT', resume);
  start();
  return {
    draw,
    suspend: () => {
      stop();
      unstopped = setTimeout(resume, STOPPING_MS);
      process.kill(0, 'SIGTSTP');
    },
    close: () => {
      clearTimeout(next ?? undefined);
      // It would take the terminal again after it was given back.
      clearTimeout(unstopped ?? undefined);
      stream.off('resize', resize);
      process.off('SIGCONT', resume);
      stop();
    },
  };
};
