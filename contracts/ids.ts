/** Ids and how they are made of names and digests. */

const SHORT_DIGEST_LENGTH = 10;
const WORKFLOW_PREFIX = 'tt-exp/';

export interface ExperimentIds {
  /** `<name>-<short digest>`: what people type. */
  readonly experimentId: string;
  /** `tt-exp/<name>/<short digest>`: equal configs have equal ids, so a second start attaches to the first. */
  readonly workflowId: string;
}

/** @param configDigest hex digest of the resolved config */
export const experimentIds = (name: string, configDigest: string): ExperimentIds => {
  const short = configDigest.slice(0, SHORT_DIGEST_LENGTH);
  return { experimentId: `${name}-${short}`, workflowId: `${WORKFLOW_PREFIX}${name}/${short}` };
};

/** Workflow id of an experiment id or workflow id; null for anything else. */
export const parseExperimentId = (id: string): ExperimentIds | null => {
  const match = /^(?:tt-exp\/)?([a-z0-9][a-z0-9._-]*)[-/]([0-9a-f]{10})$/.exec(id);
  return match?.[1] === undefined || match[2] === undefined ? null : experimentIds(match[1], match[2]);
};

/** Of the one workflow at a time that may change a registered model: its versions and its aliases. */
export const registryWorkflowId = (modelName: string): string => `${WORKFLOW_PREFIX}registry/${modelName}`;

/** Of the one experiment online at a time of a registered model. */
export const onlineWorkflowId = (modelName: string): string => `${WORKFLOW_PREFIX}ab/${modelName}`;

/**
 * Of the workflow that judges a move by hand.
 * @param seq of the record in the ledger, which is the run `ledgerRunId`
 */
export const byHandWorkflowId = (modelName: string, ledgerRunId: string, seq: number): string =>
  `${registryWorkflowId(modelName)}/by-hand/${ledgerRunId}/${seq}`;

/** The config's name in an experiment id. */
export const experimentNameOf = (experimentId: string): string => experimentId.slice(0, -(SHORT_DIGEST_LENGTH + 1));

/** `trial-007`: place in the plan of its experiment, from 0. */
export const trialIdOf = (index: number): string => `trial-${String(index).padStart(3, '0')}`;

/** The place that a trial id names; null for anything else. */
export const trialIndexOf = (trialId: string): number | null => {
  const match = /^trial-(\d{3,})$/.exec(trialId);
  return match?.[1] === undefined || trialIdOf(Number(match[1])) !== trialId ? null : Number(match[1]);
};

/** `trial-007-replicate-2`: the same settings with another seed, from 2: the first one is the trial itself. */
export const replicateIdOf = (trialId: string, replicate: number): string => `${trialId}-replicate-${replicate}`;

/** Whether text can name a trial of an experiment, or a replicate of one. */
export const isTrialId = (text: string): boolean => trialIndexOf(text.replace(/-replicate-[1-9]\d*$/, '')) !== null;

/** `<experiment>/<trial>`, or an experiment alone: a trial of null. The experiment may be anything that names one. */
export const splitTrialReference = (text: string): { readonly experiment: string; readonly trialId: string | null } => {
  const [, experiment = text, trialId = null] = /^(.+)\/(trial-\d+(?:-replicate-\d+)?)$/.exec(text) ?? [];
  return { experiment, trialId };
};

/** Whether text has the form of an MLflow run's id. */
export const isRunId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

/** Whether text can only name a version of a registered model: `name@alias`, or `name/version`. No id has this form. */
export const isVersionReference = (text: string): boolean => /^[^/@]+(?:@[^/@]+|\/\d{1,9})$/.test(text);

/** Of an experiment online: when it began, to the second, and a part of its own. @param startedAt ISO 8601, UTC */
export const onlineExperimentId = (startedAt: string, uuid: string): string =>
  `ab-${startedAt.slice(0, 19).replace(/[-:]/g, '')}-${uuid.slice(0, 4)}`;
