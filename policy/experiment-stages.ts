/** The stages of an experiment, each made from what the phases before it have found out. */
import type {
  Chosen,
  DataPhase,
  Encoded,
  ExperimentStage,
  Opened,
  Registered,
  Tested,
} from '../contracts/experiment.ts';
import type { FinishedTrial } from '../contracts/trial.ts';

const NOT_OPENED = { parentRunId: null, mlflowExperimentId: null } as const;
const NOT_ENCODED = { dataset: null } as const;
const NOT_CHOSEN = { bestTrialId: null, tensorflow: null } as const;
const NOT_TESTED = { test: null } as const;
const NOT_REGISTERED = { model: null } as const;
const NOT_JUDGED = { ...NOT_TESTED, ...NOT_REGISTERED };

export const chosen = ({ trialId, result }: FinishedTrial): Chosen => ({
  bestTrialId: trialId,
  tensorflow: result.tensorflow,
});

export const preparing = (opened: Opened | null): ExperimentStage => ({
  phase: 'prepare',
  ...(opened ?? NOT_OPENED),
  ...NOT_ENCODED,
  ...NOT_CHOSEN,
  ...NOT_JUDGED,
});

export const readingData = (phase: DataPhase, opened: Opened, encoded: Encoded | null): ExperimentStage => ({
  phase,
  ...opened,
  ...(encoded ?? NOT_ENCODED),
  ...NOT_CHOSEN,
  ...NOT_JUDGED,
});

export type KnownInTrain = Opened & Encoded;

/** @param best so far */
export const training = (known: KnownInTrain, best: FinishedTrial | null): ExperimentStage => ({
  phase: 'train',
  ...known,
  ...(best === null ? NOT_CHOSEN : chosen(best)),
  ...NOT_JUDGED,
});

export type KnownInEvaluate = KnownInTrain & Chosen;

export const evaluating = (known: KnownInEvaluate, tested: Tested | null): ExperimentStage => ({
  phase: 'evaluate',
  ...known,
  ...(tested ?? NOT_TESTED),
  ...NOT_REGISTERED,
});

export const registering = (known: KnownInEvaluate & Tested, registered: Registered | null): ExperimentStage => ({
  phase: 'register',
  ...known,
  ...(registered ?? NOT_REGISTERED),
});

export type KnownInGate = KnownInEvaluate & Tested & Registered;

export const judging = (known: KnownInGate): ExperimentStage => ({ phase: 'gate', ...known });

export const done = (known: KnownInGate): ExperimentStage => ({ phase: 'done', ...known });

/** What continues a long experiment takes over: null before its parent run is open, or before it has a dataset. */
export const openedOf = ({ parentRunId, mlflowExperimentId }: ExperimentStage): Opened | null =>
  parentRunId === null ? null : { parentRunId, mlflowExperimentId };
