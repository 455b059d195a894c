/** State of the live view: a pure fold over views, service reports, clock ticks and keys. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceProgress } from '../runtime.ts';
import { type Marks, markTrials } from './estimate.ts';
import { type LiveKey, nextSelection } from './live-keys.ts';

/** none: nothing asked; the others end with a key, or with the program. */
export type Dialog = 'none' | 'confirm-cancel' | 'cancelling' | 'detaching';

export interface LiveState {
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly experimentId: string | null;
  /** Pages to open, one a line; known once the experiment is started. */
  readonly links: readonly string[];
  /** The last report of each part, in the order of their first. */
  readonly services: readonly ServiceProgress[];
  /** What must be seen, a slower backend say; each once. */
  readonly notices: readonly string[];
  readonly view: ExperimentView | null;
  /** When the current phase was first seen. */
  readonly phaseSinceMs: number;
  readonly marks: Marks;
  readonly dialog: Dialog;
  /** A running trial that the arrow keys chose. */
  readonly selectedTrialId: string | null;
  /** What became of the last request; empty: nothing to say. */
  readonly note: string;
}

export type LiveEvent =
  | { readonly kind: 'service'; readonly service: ServiceProgress }
  | { readonly kind: 'started'; readonly experimentId: string; readonly links: readonly string[] }
  | { readonly kind: 'view'; readonly view: ExperimentView; readonly atMs: number }
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'key'; readonly key: LiveKey };

export const initialLiveState = (nowMs: number): LiveState => ({
  startedAtMs: nowMs,
  nowMs,
  experimentId: null,
  links: [],
  services: [],
  notices: [],
  view: null,
  phaseSinceMs: nowMs,
  marks: {},
  dialog: 'none',
  selectedTrialId: null,
  note: '',
});

const withService = (services: readonly ServiceProgress[], next: ServiceProgress): readonly ServiceProgress[] =>
  services.some(({ part }) => part === next.part)
    ? services.map((service) => (service.part === next.part ? next : service))
    : [...services, next];

const withNotice = (notices: readonly string[], { part, message }: ServiceProgress): readonly string[] => {
  const notice = `${part}: ${message}`;
  return notices.includes(notice) ? notices : [...notices, notice];
};

/** There is something to cancel only once an experiment runs. */
const canCancel = ({ experimentId, view }: LiveState): boolean =>
  experimentId !== null && (view?.status ?? 'running') === 'running';

const nextDialog = (state: LiveState, key: LiveKey): Dialog => {
  if (key === 'detach') {
    return 'detaching';
  }
  switch (state.dialog) {
    case 'none':
      return key === 'cancel' && canCancel(state) ? 'confirm-cancel' : 'none';
    case 'confirm-cancel':
      return key === 'yes' ? 'cancelling' : key === 'no' ? 'none' : 'confirm-cancel';
    default:
      return state.dialog;
  }
};

const stillRunning = ({ trials }: ExperimentView, trialId: string | null): string | null =>
  trials.some((trial) => trial.trialId === trialId && trial.status === 'running') ? trialId : null;

export const reduceLive = (state: LiveState, event: LiveEvent): LiveState => {
  switch (event.kind) {
    case 'service':
      return event.service.step === 'notice'
        ? { ...state, notices: withNotice(state.notices, event.service) }
        : { ...state, services: withService(state.services, event.service) };
    case 'started':
      return { ...state, experimentId: event.experimentId, links: event.links };
    case 'view': {
      const { view, atMs } = event;
      const isNewPhase = view.phase !== state.view?.phase;
      return {
        ...state,
        nowMs: atMs,
        view,
        experimentId: view.experimentId,
        phaseSinceMs: isNewPhase ? atMs : state.phaseSinceMs,
        marks: markTrials(state.marks, view, atMs),
        selectedTrialId: stillRunning(view, state.selectedTrialId),
      };
    }
    case 'tick':
      return { ...state, nowMs: event.atMs };
    case 'note':
      return { ...state, note: event.text };
    case 'key':
      return {
        ...state,
        dialog: nextDialog(state, event.key),
        selectedTrialId: nextSelection(state, event.key),
        note: '',
      };
  }
};
