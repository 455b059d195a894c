/** A pure fold over views, service reports, clock ticks, sizes of the screen and keys. */
import { type ExperimentView, trainingsOf } from '../../contracts/experiment.ts';
import type { ServiceProgress } from '../../contracts/services.ts';
import type { SteeringRequest } from '../steer/steering-request.ts';
import { markTrials } from './estimate.ts';
import { frameOf } from './frame.ts';
import type { LiveKey } from './live-keys.ts';
import type { Dialog, LiveState, ScreenSize } from './live-state.ts';
import { runningTrials } from './trial-lines.ts';

export type LiveEvent =
  | { readonly kind: 'service'; readonly service: ServiceProgress }
  | { readonly kind: 'started'; readonly experimentId: string; readonly links: readonly string[] }
  | { readonly kind: 'view'; readonly view: ExperimentView; readonly atMs: number }
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'resize'; readonly size: ScreenSize }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'key'; readonly key: LiveKey };

const withService = (services: readonly ServiceProgress[], next: ServiceProgress): readonly ServiceProgress[] =>
  services.some(({ part }) => part === next.part)
    ? services.map((service) => (service.part === next.part ? next : service))
    : [...services, next];

const withNotice = (notices: readonly string[], { part, message }: ServiceProgress): readonly string[] => {
  const notice = `${part}: ${message}`;
  return notices.includes(notice) ? notices : [...notices, notice];
};

/** What the screen does not explain does nothing. */
const isActive = (state: LiveState, key: LiveKey): boolean => frameOf(state, true).keys.has(key);

const nextDialog = ({ dialog, selectedTrialId }: LiveState, key: LiveKey): Dialog => {
  switch (key) {
    case 'detach':
      return { kind: 'detaching' };
    case 'cancel':
      return { kind: 'confirm-cancel' };
    case 'cancel-trial':
      return selectedTrialId === null ? dialog : { kind: 'confirm-cancel-trial', trialId: selectedTrialId };
    case 'yes':
      return dialog.kind === 'confirm-cancel' ? { kind: 'cancelling' } : { kind: 'none' };
    case 'no':
      return { kind: 'none' };
    default:
      return dialog;
  }
};

/** The selected trial after the key; null where none is left or was ever selected. */
const nextSelection = ({ view, selectedTrialId }: LiveState, key: LiveKey): string | null => {
  if (view === null || (key !== 'up' && key !== 'down')) {
    return selectedTrialId;
  }
  const ids = runningTrials(view).map(({ trialId }) => trialId);
  const place = selectedTrialId === null ? -1 : ids.indexOf(selectedTrialId);
  const last = ids.length - 1;
  const next = key === 'down' ? (place < 0 ? 0 : Math.min(last, place + 1)) : place < 0 ? last : Math.max(0, place - 1);
  return ids[next] ?? null;
};

const isRunning = (view: ExperimentView, trialId: string): boolean =>
  trainingsOf(view).some((trial) => trial.trialId === trialId && trial.status === 'running');

/** A trial that has ended is selected no longer, and nobody is asked about it any more. */
const withView = (state: LiveState, view: ExperimentView, atMs: number): LiveState => {
  const { dialog, selectedTrialId } = state;
  const isAskedInVain = dialog.kind === 'confirm-cancel-trial' && !isRunning(view, dialog.trialId);
  return {
    ...state,
    nowMs: atMs,
    view,
    experimentId: view.experimentId,
    phaseSinceMs: view.phase === state.view?.phase ? state.phaseSinceMs : atMs,
    marks: markTrials(state.marks, view),
    selectedTrialId: selectedTrialId !== null && isRunning(view, selectedTrialId) ? selectedTrialId : null,
    dialog: isAskedInVain ? { kind: 'none' } : dialog,
    note: isAskedInVain ? `${dialog.trialId} has ended by itself.` : state.note,
  };
};

export const reduceLive = (state: LiveState, event: LiveEvent): LiveState => {
  switch (event.kind) {
    case 'service':
      return event.service.step === 'notice'
        ? { ...state, notices: withNotice(state.notices, event.service) }
        : { ...state, services: withService(state.services, event.service) };
    case 'started':
      return { ...state, experimentId: event.experimentId, links: event.links };
    case 'view':
      return withView(state, event.view, event.atMs);
    case 'tick':
      return { ...state, nowMs: event.atMs };
    case 'resize':
      return { ...state, size: event.size };
    case 'note':
      return { ...state, note: event.text };
    case 'key':
      return isActive(state, event.key)
        ? {
            ...state,
            dialog: nextDialog(state, event.key),
            selectedTrialId: nextSelection(state, event.key),
            note: '',
          }
        : state;
  }
};

/** What a key asks the experiment for; null: nothing. */
export const requestOf = (state: LiveState, key: LiveKey): SteeringRequest | null => {
  const { dialog, view } = state;
  const sweep = view?.sweep ?? null;
  if (!isActive(state, key)) {
    return null;
  }
  if (key === 'yes') {
    return dialog.kind === 'confirm-cancel-trial'
      ? { kind: 'cancel-trial', trialId: dialog.trialId }
      : { kind: 'cancel' };
  }
  if (sweep === null) {
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
    case 'retry':
      return { kind: 'retry' };
    default:
      return null;
  }
};
