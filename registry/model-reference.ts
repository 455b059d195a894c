/** How people name a model. */
import { resolve } from 'node:path';
import { isRunId, parseExperimentId, splitTrialReference } from '../contracts/ids.ts';

/** One of a name's versions; of a name alone the champion. */
export interface VersionReference {
  readonly kind: 'version';
  readonly name: string;
  readonly alias: string | null;
  readonly version: string | null;
}

export type ModelReference =
  | VersionReference
  /** An MLflow run's id, or `<experiment id>/<trial id>`. */
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** Text without a dot, a tilde or more than one slash could be a name; whether it is one only the registry knows. */
const parseVersion = (text: string): VersionReference | null => {
  const match = /^([^\s./@~][^\s/@]*)(?:@([^\s/@]+)|\/(\d+))?$/.exec(text);
  return match?.[1] === undefined
    ? null
    : { kind: 'version', name: match[1], alias: match[2] ?? null, version: match[3] ?? null };
};

const isTrial = (text: string): boolean => {
  const { experiment, trialId } = splitTrialReference(text);
  return trialId !== null && parseExperimentId(experiment) !== null;
};

/** What `text` names if no folder of this name exists; a folder that exists comes first. */
export const parseReference = (text: string): ModelReference =>
  isRunId(text) || isTrial(text)
    ? { kind: 'run', run: text }
    : (parseVersion(text) ?? { kind: 'folder', folder: resolve(text) });
