/** The dashboard on a terminal: state, drawing, feeds and actions joined. */
import { EXIT } from '../../../contracts/errors.ts';
import { sizeOf } from '../../display/screen-size.ts';
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
import { explain } from './explain.ts';
import { createFeedRunner } from './feed-runner.ts';
import type { FollowedViews } from './followed-views.ts';
import { perform } from './perform.ts';
import { openSources } from './sources.ts';
import { themeFor } from './theme.ts';

export interface DashboardOptions {
  readonly place: Place;
  readonly isReadOnly: boolean;
}

export interface StartOptions extends DashboardOptions {
  /** A terminal that is drawn on. */
  readonly stream: NodeJS.WriteStream;
  /** Of the experiment of `place`; null: it is asked for as any other. */
  readonly views: FollowedViews | null;
}

export interface StartedDashboard {
  /** The exit code once somebody has left it; rejects with a mistake of ours. */
  readonly left: Promise<number>;
  leave(exitCode: number): void;
  /** Experiments that somebody has cancelled here; complete once it is closed. */
  readonly cancelled: ReadonlySet<string>;
  /** The terminal is as it was before, and what was asked for is done. */
  close(): Promise<void>;
}

const TICK_MS = 1_000;

/** Whoever starts it closes it. */
export const startDashboard = (runtime: DashboardRuntime, options: StartOptions): StartedDashboard => {
  const { stream, place, views } = options;
  const closing = new AbortController();
  const sources = openSources(runtime, closing.signal);
  // What is shown is the wall clock's; the other one only measures.
  let state = initialState({ ...options, nowMs: Date.now(), size: sizeOf(stream) });
  const wanted = () => openRequests(openScreen(SCREENS, placeOf(state), state).feeds, state.data);
  const acting = new Set<Promise<void>>();
  const cancelled = new Set<string>();
  let isHungUp = false;
  let resolveLeft: (exitCode: number) => void = () => {};
  let rejectLeft: (error: unknown) => void = () => {};
  const left = new Promise<number>((resolve, reject) => {
    [resolveLeft, rejectLeft] = [resolve, reject];
  });
  // From then on no key does anything, those that came together with `q` included.
  const leave = (exitCode: number): void => {
    closing.abort();
    resolveLeft(exitCode);
  };
  const fail = (error: unknown): void => {
    closing.abort();
    rejectLeft(error);
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
  const followedId = views !== null && place.screen === 'experiment' ? place.experimentId : null;
  const followed = views?.askOr(sources.ask.experiment) ?? sources.ask.experiment;
  const feeds = createFeedRunner({
    ask: {
      ...sources.ask,
      experiment: (id, asking) => (id === followedId ? followed(id, asking) : sources.ask.experiment(id, asking)),
    },
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
      (outcome) => {
        if (action.kind === 'steer' && action.request.kind === 'cancel') {
          for (const id of action.experimentIds) {
            cancelled.add(id);
          }
        }
        tell(action, outcome);
      },
      (error: unknown) => tell(action, told(explain(error), true)),
    );
    acting.add(done);
    void done.finally(() => acting.delete(done));
  };
  const carryOut = (effect: Effect): void => {
    switch (effect.kind) {
      case 'quit':
        leave(EXIT.done);
        return;
      case 'suspend':
        drawing.suspend();
        return;
      case 'act':
        act(effect.action);
        return;
    }
  };

  const unwatch = watchEndings(runtime, stream, {
    hungUp: () => {
      isHungUp = true;
      leave(EXIT.interrupted);
    },
    failed: fail,
  });
  const drawing = openDrawing({
    ...{ stdin: runtime.io.stdin, stream, now: runtime.now, onKeys: pressKeys, onError: fail },
    theme: themeFor(runtime.environment().isColorless, stream.getColorDepth?.() ?? 8),
    lines: () => frameOf(state, SCREENS),
    onResize: () => dispatch({ kind: 'resize', size: sizeOf(stream) }),
  });
  const timer = setInterval(() => dispatch({ kind: 'tick', atMs: Date.now() }), TICK_MS);
  feeds.want(wanted());
  return {
    left,
    leave,
    cancelled,
    close: async () => {
      closing.abort();
      clearInterval(timer);
      feeds.stop();
      drawing.close();
      unwatch();
      await Promise.all(acting);
      await sources.close();
      if (isHungUp) {
        endByHangUp();
      }
    },
  };
};
