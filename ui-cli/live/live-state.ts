/** State of the live view. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceProgress } from '../../contracts/services.ts';
import { NO_MARKS, type TrainingMarks } from './estimate.ts';

/** none: nothing asked; the others end with a key, or with the program. */
export type Dialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'confirm-cancel' }
  | { readonly kind: 'confirm-cancel-trial'; readonly trialId: string }
  | { readonly kind: 'cancelling' }
  | { readonly kind: 'detaching' };

/** Of the terminal, in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface LiveState {
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly size: ScreenSize;
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
  readonly marks: TrainingMarks;
  readonly dialog: Dialog;
  /** A running trial that the arrow keys chose. */
  readonly selectedTrialId: string | null;
  /** What became of the last request; empty: nothing to say. */
  readonly note: string;
}

export const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };

export const initialLiveState = (nowMs: number, size: ScreenSize = DEFAULT_SIZE): LiveState => ({
  startedAtMs: nowMs,
  nowMs,
  size,
  experimentId: null,
  links: [],
  services: [],
  notices: [],
  view: null,
  phaseSinceMs: nowMs,
  marks: NO_MARKS,
  dialog: { kind: 'none' },
  selectedTrialId: null,
  note: '',
});
