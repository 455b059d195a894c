/** The dashboard on a terminal: state, drawing, feeds and actions joined, until somebody leaves. */
import { EXIT, TtExpError } from '../../../contracts/errors.ts';
import { sizeOf } from '../../live/terminal-size.ts';
import { COLOURS, NO_COLOURS_BUT_BOLD } from '../../live/theme.ts';
import { printLines } from '../../text/output.ts';
import type { Action } from '../core/actions.ts';
import { openRequests } from '../core/feeds.ts';
import { frameOf } from '../core/frame.ts';
import type { Effect, KeyName } from '../core/keys.ts';
import { type Outcome, told } from '../core/outcome.ts';
import type { Place } from '../core/places.ts';
import { openScreen } from '../core/screen.ts';
import { initialState, placeOf } from '../core/state.ts';
import { type DashboardEvent, update } from '../core/update.ts';
import type { DashboardRuntime } from '../dashboard-runtime.ts';
import { SCREENS } from '../screens/index.ts';
import { openDrawing } from './drawing.tsx';
import { endByHangUp, watchEndings } from './endings.ts';
import { createFeedRunner } from './feed-runner.ts';
import { perform } from './perform.ts';
import { openSources } from './sources.ts';

export interface DashboardOptions {
  readonly place: Place;
  readonly isReadOnly: boolean;
}

const TICK_MS = 1_000;

const explain = (error: unknown): string =>
  error instanceof TtExpError && error.hint !== undefined
    ? `${error.message}; ${error.hint}`
    : error instanceof Error
      ? error.message
      : String(error);

/** Answers the exit code once it was left; throws what went wrong in it. The terminal is then as it was before. */
export const mountDashboard = async (runtime: DashboardRuntime, options: DashboardOptions): Promise<number> => {
  const { stdin, stdout } = runtime.io;
  const closing = new AbortController();
  const sources = openSources(runtime, closing.signal);
  // What is shown is the wall clock's; the other one only measures.
  let state = initialState({ ...options, nowMs: Date.now(), size: sizeOf(stdout) });
  const wanted = () => openRequests(openScreen(SCREENS, placeOf(state), state).feeds, state.data);
  const acting = new Set<Promise<void>>();
  let isHungUp = false;
  let resolveEnd: (exitCode: number) => void = () => {};
  let rejectEnd: (error: unknown) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    [resolveEnd, rejectEnd] = [resolve, reject];
  });
  // From then on no key does anything, those that came together with `q` included.
  const end = (exitCode: number): void => {
    closing.abort();
    resolveEnd(exitCode);
  };
  const fail = (error: unknown): void => {
    closing.abort();
    rejectEnd(error);
  };

  const dispatch = (event: DashboardEvent): void => {
    if (closing.signal.aborted) {
      return;
    }
    const step = update(state, event, SCREENS);
    state = step.state;
    feeds.want(wanted());
    for (const effect of step.effects) {
      carryOut(effect);
    }
    drawing.draw();
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
  /** What somebody does not wait for is told after the end. */
  const tell = (action: Action, outcome: Outcome): void => {
    if (!closing.signal.aborted) {
      dispatch({ kind: 'done', action, outcome });
      feeds.hurry();
    } else if (outcome.kind !== 'planned') {
      printLines(runtime.io.stderr, [outcome.text]);
    }
  };
  const act = (action: Action): void => {
    const done = perform(runtime, sources, action).then(
      (outcome) => tell(action, outcome),
      (error: unknown) => tell(action, told(explain(error), true)),
    );
    acting.add(done);
    void done.finally(() => acting.delete(done));
  };
  const carryOut = (effect: Effect): void => {
    switch (effect.kind) {
      case 'quit':
        end(EXIT.done);
        return;
      case 'suspend':
        drawing.suspend();
        return;
      case 'act':
        act(effect.action);
        return;
    }
  };

  const unwatch = watchEndings(runtime, stdout, {
    interrupted: () => end(EXIT.interrupted),
    hungUp: () => {
      isHungUp = true;
      end(EXIT.interrupted);
    },
    failed: fail,
  });
  const drawing = openDrawing({
    ...{ stdin, stream: stdout, now: runtime.now, onKeys: pressKeys, onError: fail },
    theme: runtime.environment().isColorless ? NO_COLOURS_BUT_BOLD : COLOURS,
    lines: () => frameOf(state, SCREENS),
    onResize: () => dispatch({ kind: 'resize', size: sizeOf(stdout) }),
  });
  const timer = setInterval(() => dispatch({ kind: 'tick', atMs: Date.now() }), TICK_MS);
  try {
    feeds.want(wanted());
    return await ended;
  } finally {
    clearInterval(timer);
    feeds.stop();
    drawing.close();
    unwatch();
    await Promise.all(acting);
    await sources.close();
    if (isHungUp) {
      endByHangUp();
    }
  }
};
