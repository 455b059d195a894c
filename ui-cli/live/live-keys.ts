/** What a key means in a state of the live view: which trial it selects, and what it asks for. Pure. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { TrialView } from '../../contracts/trial.ts';
import type { LiveRequest } from '../live-request.ts';

export type LiveKey =
  | 'detach'
  | 'cancel'
  | 'yes'
  | 'no'
  | 'pause'
  | 'more'
  | 'fewer'
  | 'up'
  | 'down'
  | 'cancel-trial'
  | 'retry';

/** The part of the live view's state that keys depend on. */
interface KeyState {
  readonly view: ExperimentView | null;
  /** A question that is open; `none` where there is none. */
  readonly dialog: string;
  readonly selectedTrialId: string | null;
}

/** Trials that have begun and not ended, as they are shown: those that are trained first, then those that wait. */
export const runningTrials = ({ trials, progress }: ExperimentView): readonly TrialView[] => {
  const running = trials.filter(({ status }) => status === 'running');
  const isTrained = ({ trialId }: TrialView): boolean => progress[trialId] !== undefined;
  return [...running.filter(isTrained), ...running.filter((trial) => !isTrained(trial))];
};

/** Whether trials are still trained, so that a sweep can be steered. */
export const canSteer = ({ view, dialog }: KeyState): boolean =>
  dialog === 'none' && view !== null && view.status === 'running' && view.phase === 'train' && view.sweep !== null;

export const hasFailedTrial = ({ view }: KeyState): boolean =>
  view?.trials.some(({ status }) => status === 'failed') ?? false;

/** The selected trial after the key; null where none is left or was ever selected. */
export const nextSelection = (state: KeyState, key: LiveKey): string | null => {
  const { view, selectedTrialId } = state;
  if (view === null || !canSteer(state)) {
    return selectedTrialId;
  }
  const ids = runningTrials(view).map(({ trialId }) => trialId);
  const place = selectedTrialId === null ? -1 : ids.indexOf(selectedTrialId);
  const last = ids.length - 1;
  switch (key) {
    case 'down':
      return ids[place < 0 ? 0 : Math.min(last, place + 1)] ?? null;
    case 'up':
      return ids[place < 0 ? last : Math.max(0, place - 1)] ?? null;
    default:
      return selectedTrialId;
  }
};

/** null: the key asks for nothing here. */
export const requestOf = (state: KeyState, key: LiveKey): LiveRequest | null => {
  if (state.dialog === 'confirm-cancel' && key === 'yes') {
    return { kind: 'cancel' };
  }
  const sweep = state.view?.sweep ?? null;
  if (!canSteer(state) || sweep === null) {
    return null;
  }
  const { isPaused, maxParallel } = sweep;
  switch (key) {
    case 'pause':
      return { kind: isPaused ? 'resume' : 'pause' };
    case 'more':
      return { kind: 'parallel', maxParallel: maxParallel + 1 };
    case 'fewer':
      return maxParallel > 1 ? { kind: 'parallel', maxParallel: maxParallel - 1 } : null;
    case 'cancel-trial':
      return state.selectedTrialId === null ? null : { kind: 'cancel-trial', trialId: state.selectedTrialId };
    case 'retry':
      return hasFailedTrial(state) ? { kind: 'retry' } : null;
    default:
      return null;
  }
};
