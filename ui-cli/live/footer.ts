/** The last lines of the live view: what the keys do now, or a question. Pure. */

import { requestText } from '../steer/steering-request.ts';
import { type Line, lineOf } from './line.ts';
import { canSteer, failedTrials, type LiveKey } from './live-keys.ts';
import type { LiveState } from './live-state.ts';
import { runningTrials } from './trial-lines.ts';

/** A piece of the footer, and the keys that it explains. */
interface Hint {
  readonly text: string;
  readonly keys: readonly LiveKey[];
}

export interface Footer {
  readonly lines: readonly Line[];
  /** Only these do something: no key acts that the screen does not explain. */
  readonly keys: ReadonlySet<LiveKey>;
}

const GAP = '   ';
const CANCEL_QUESTION = 'Cancel the experiment? y / n';

const trialQuestion = (trialId: string): string => `Cancel ${trialId}? y / n`;

/** There is something to cancel only once an experiment runs. */
const canCancel = ({ experimentId, view }: LiveState): boolean =>
  experimentId !== null && (view?.status ?? 'running') === 'running';

/** A question that would not fit is not asked. */
const asking = (hint: Hint, question: string, { size }: LiveState): readonly Hint[] =>
  question.length <= size.columns ? [hint] : [];

const steeringHints = (state: LiveState, hasTrials: boolean): readonly Hint[] => {
  const { view, selectedTrialId } = state;
  if (view === null || !canSteer(view)) {
    return [];
  }
  const failed = failedTrials(view).length;
  return [
    { text: view.sweep?.isPaused === true ? 'p resume' : 'p pause', keys: ['pause'] },
    { text: '+/- at once', keys: ['more', 'fewer'] },
    ...(hasTrials && runningTrials(view).length > 0
      ? [{ text: '↑↓ select', keys: ['up', 'down'] } satisfies Hint]
      : []),
    ...(hasTrials && selectedTrialId !== null
      ? asking({ text: `x cancel ${selectedTrialId}`, keys: ['cancel-trial'] }, trialQuestion(selectedTrialId), state)
      : []),
    ...(failed > 0 ? [{ text: `r retry ${failed} failed`, keys: ['retry'] } satisfies Hint] : []),
  ];
};

const hintsOf = (state: LiveState, hasKeys: boolean, hasTrials: boolean): readonly Hint[] => {
  const { dialog, experimentId, view } = state;
  if (view !== null && view.status !== 'running') {
    return [];
  }
  switch (dialog.kind) {
    case 'confirm-cancel':
      return [{ text: CANCEL_QUESTION, keys: ['yes', 'no'] }];
    case 'confirm-cancel-trial':
      return [{ text: trialQuestion(dialog.trialId), keys: ['yes', 'no'] }];
    case 'cancelling':
      return [{ text: requestText({ kind: 'cancel' }), keys: [] }];
    case 'detaching':
      return [{ text: 'Detaching.', keys: [] }];
    case 'none':
      if (!hasKeys) {
        return [{ text: 'Ctrl-C detach', keys: [] }];
      }
      return experimentId === null
        ? [{ text: 'q, Ctrl-C stop', keys: [] }]
        : [
            { text: 'q, Ctrl-C detach', keys: [] },
            ...(canCancel(state) ? asking({ text: 'c cancel', keys: ['cancel'] }, CANCEL_QUESTION, state) : []),
            ...steeringHints(state, hasTrials),
          ];
  }
};

/** @param hasTrials false: no running trial is on the screen; @param most lines that there is room for */
export const footerOf = (
  state: LiveState,
  { hasKeys, hasTrials, most }: { readonly hasKeys: boolean; readonly hasTrials: boolean; readonly most: number },
): Footer => {
  const { columns } = state.size;
  const rows: string[] = [];
  // Ending the view is always possible.
  const keys = new Set<LiveKey>(['detach']);
  for (const { text, keys: explained } of hintsOf(state, hasKeys, hasTrials)) {
    const last = rows.at(-1);
    const joined = last === undefined ? text : `${last}${GAP}${text}`;
    if (last !== undefined && joined.length <= columns) {
      rows[rows.length - 1] = joined;
    } else if (rows.length < most) {
      rows.push(text);
    } else {
      continue;
    }
    if (text.length <= columns) {
      for (const key of explained) {
        keys.add(key);
      }
    }
  }
  const isQuestion = state.dialog.kind === 'confirm-cancel' || state.dialog.kind === 'confirm-cancel-trial';
  const role = isQuestion ? 'bad' : state.dialog.kind === 'none' ? 'dim' : undefined;
  return { lines: rows.map((text) => lineOf(text, role)), keys };
};
