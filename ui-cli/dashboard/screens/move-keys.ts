/** Keys that move a model's champion, answer its question, and verify it. */
import type { MoveKind } from '../../registry/plan-move.ts';
import { askReason, waitFor } from '../core/ask.ts';
import { type KeyBinding, type Step, stay } from '../core/keys.ts';
import type { DashboardState } from '../core/state.ts';
import { knownModel, openQuestion } from './known-models.ts';

const plan = (state: DashboardState, move: MoveKind, reference: string): Step =>
  waitFor(state, `Looking at ${reference} …`, { kind: 'plan', move, reference });

/** @param meant version that may be answered; null: whichever waits */
const answer = (name: string, meant: string | null, kind: 'approve' | 'reject', key: string): KeyBinding => ({
  keys: [key],
  label: kind,
  help: kind === 'approve' ? 'let the version that waits become champion' : 'turn the version that waits down',
  isChange: true,
  isActive: (state) => {
    const question = openQuestion(name, state);
    // Of a version that was deleted it can only be turned down.
    const isLost = kind === 'approve' && knownModel(name, state)?.lostQuestion != null;
    return question !== null && !isLost && (meant === null || meant === question.candidate);
  },
  press: (state) => {
    const question = openQuestion(name, state);
    if (question === null) {
      return stay(state);
    }
    const { candidate, experimentId } = question;
    const champion = knownModel(name, state)?.aliases.champion ?? null;
    const line =
      kind === 'approve'
        ? `${name}: champion from ${champion === null ? 'none' : `version ${champion}`} to version ${candidate}`
        : `${name}: version ${candidate} stays out`;
    return askReason(state, `${line}?`, kind, { kind, experimentId, reason: '' });
  },
});

export const answerKeys = (name: string, meant: string | null): readonly KeyBinding[] => [
  answer(name, meant, 'approve', 'a'),
  answer(name, meant, 'reject', 'A'),
];

/** It can neither become champion again nor be archived once more. */
const isArchived = (name: string, version: string, state: DashboardState): boolean =>
  knownModel(name, state)?.versions.find((one) => one.version === version)?.isArchived === true;

/** @param versionAt that is meant; null: none is */
export const moveKeys = (name: string, versionAt: (state: DashboardState) => string | null): readonly KeyBinding[] => {
  const ofVersion = (key: string, move: 'promote' | 'archive', help: string): KeyBinding => ({
    keys: [key],
    label: move,
    ...{ help, isChange: true },
    isActive: (state) => {
      const version = versionAt(state);
      return version !== null && !isArchived(name, version, state);
    },
    press: (state) => plan(state, move, `${name}/${versionAt(state)}`),
  });
  return [
    ofVersion('P', 'promote', 'make the version champion; asks why, and once more'),
    {
      keys: ['R'],
      label: 'roll back',
      help: 'make the version champion that served before; asks why, and once more',
      isChange: true,
      isActive: (state) => knownModel(name, state) !== null,
      press: (state) => plan(state, 'rollback', name),
    },
    ofVersion('D', 'archive', 'put the version out of use; asks why, and once more'),
    {
      keys: ['V'],
      label: 'verify',
      help: 'verify the ledger, and the files of champion, challenger and previous',
      isActive: (state) => knownModel(name, state) !== null,
      press: (state) => waitFor(state, `Verifying ledger and files of ${name} …`, { kind: 'verify', name }),
    },
  ];
};
