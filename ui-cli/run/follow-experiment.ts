/** Watches one experiment until it ends, or nobody wants to watch any more. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { Experiments } from '../platform/platform-runtime.ts';
import { formatDuration } from '../text/formats.ts';

export type FollowOutcome =
  | { readonly kind: 'ended'; readonly view: ExperimentView }
  | { readonly kind: 'detached'; readonly view: ExperimentView | null }
  | { readonly kind: 'timed-out'; readonly view: ExperimentView | null; readonly error: TtExpError };

export interface FollowRequest {
  readonly experiments: Pick<Experiments, 'watch'>;
  readonly experimentId: string;
  readonly onView: (view: ExperimentView) => void;
  /** Aborted with INTERRUPTED or TIMED_OUT; see Stops. */
  readonly signal: AbortSignal;
}

const whenAborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve('aborted');
    }
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });

/** A paused sweep trains nothing until somebody resumes it. */
export const isPaused = (view: Pick<ExperimentView, 'status' | 'sweep'> | null): boolean =>
  view?.status === 'running' && view.sweep?.isPaused === true;

const stopped = (id: string, signal: AbortSignal, view: ExperimentView | null): FollowOutcome => {
  const reason: unknown = signal.reason;
  if (!(reason instanceof TtExpError) || reason.code !== 'TIMED_OUT') {
    return { kind: 'detached', view };
  }
  const limit = formatDuration(Number(reason.details.timeoutMs) / 1000);
  const message = `Stopped watching after ${limit}; experiment ${id} is ${isPaused(view) ? 'paused' : 'still running'}`;
  const error = new TtExpError('TIMED_OUT', message, {
    hint: `Watch it again with \`tt-exp watch ${id}\`.`,
    cause: reason,
  });
  return { kind: 'timed-out', view, error };
};

/** Answers an abort at once, even while a call to the server hangs. */
export const followExperiment = async (request: FollowRequest): Promise<FollowOutcome> => {
  const { experiments, experimentId, onView, signal } = request;
  const aborted = whenAborted(signal);
  const views = experiments.watch(experimentId, { signal })[Symbol.asyncIterator]();
  let view: ExperimentView | null = null;
  try {
    for (;;) {
      const next = views.next();
      const result = await Promise.race([next, aborted]);
      if (result === 'aborted') {
        // The call in flight fails when its connection closes; nobody waits for it any more.
        next.catch(() => {});
        return stopped(experimentId, signal, view);
      }
      if (result.done === true) {
        return view !== null && view.status !== 'running'
          ? { kind: 'ended', view }
          : stopped(experimentId, signal, view);
      }
      view = result.value;
      onView(view);
    }
  } finally {
    views.return?.().catch(() => {});
  }
};
