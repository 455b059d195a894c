/** Why something failed: in a line as far as it has room, and in full on a page. Pure. */
import stringWidth from 'string-width';
import type { ErrorRecord } from '../../../../contracts/errors.ts';
import { type ExperimentView, trainingsOf } from '../../../../contracts/experiment.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { stepText, toldSteps } from '../../../text/step-text.ts';
import { type KeyBinding, stay } from '../../core/keys.ts';
import { type Line, lineOf, type Role } from '../../core/line.ts';
import type { DashboardState } from '../../core/state.ts';
import { cutText } from '../../table/fit-text.ts';

const KEY = 'f';
const REST = `  (${KEY}: all of it)`;

/** Names the key that shows the rest where it does not fit. */
export const causeLine = (text: string, columns: number, role: Role): Line =>
  stringWidth(text) <= columns
    ? lineOf(text, role)
    : [
        { text: cutText(text, Math.max(0, columns - REST.length)), role },
        { text: REST, role: 'dim' },
      ];

const errorText = ({ code, message, hint }: ErrorRecord): string =>
  `${code}: ${message}${hint === undefined ? '' : `  Hint: ${hint}`}`;

export const trialCauses = ({ error, reason }: TrialView): readonly string[] => [
  ...(error === null ? [] : [errorText(error)]),
  ...(error === null || reason === null ? [] : [reason]),
];

/** Of the experiment itself first, then of its trials. */
export const experimentCauses = (view: ExperimentView): readonly string[] => [
  ...(view.error === null ? [] : [errorText(view.error)]),
  ...toldSteps(view).flatMap((step) => (step.attempt > 1 ? [stepText(step)] : [])),
  ...(view.problems ?? []),
  ...trainingsOf(view).flatMap(({ trialId, error }) => (error === null ? [] : [`${trialId}: ${errorText(error)}`])),
];

/** @param causesOf none: nothing has failed, and there is no key */
export const causeKey = (causesOf: (state: DashboardState) => readonly string[]): KeyBinding => ({
  keys: [KEY],
  label: 'why it failed',
  help: 'show in full why it failed',
  isActive: (state) => causesOf(state).length > 0,
  press: (state) =>
    stay({ ...state, overlay: { kind: 'page', title: 'Why it failed', lines: causesOf(state), top: 0 } }),
});
