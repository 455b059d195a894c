/** Earlier, equal trials: found by digest, read from their runs, and believed only where their parts agree. */

import type { EpochRecord } from '../contracts/metrics.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { KnownReport } from '../contracts/rungs.ts';
import type { RunRecord } from '../contracts/runs.ts';
import type { OpenTrialRequest } from '../contracts/steps.ts';
import type { TrainingResult } from '../contracts/trial.ts';
import { missingFile } from '../registry/missing-file.ts';
import type { TrackingPort } from './ports.ts';

interface KeptResult {
  readonly result: TrainingResult;
  /** Epochs after which the training would have ended if it had not stopped by itself. */
  readonly epochLimit: number;
}

export const keepResult = (
  tracking: Pick<TrackingPort, 'putArtifactText'>,
  runId: string,
  kept: KeptResult,
): Promise<void> => tracking.putArtifactText(runId, ARTIFACT.trainingResult, `${JSON.stringify(kept, null, 2)}\n`);

export interface KnownTrial extends KeptResult {
  readonly runId: string;
  /** It ended by itself, at its limit or before. */
  readonly isComplete: boolean;
}

const readKnown = async (
  tracking: Pick<TrackingPort, 'getArtifactText'>,
  { runId, tags }: RunRecord,
): Promise<readonly KnownTrial[]> => {
  const text = await tracking.getArtifactText(runId, ARTIFACT.trainingResult);
  return text === null
    ? []
    : [{ runId, ...(JSON.parse(text) as KeptResult), isComplete: tags[TAG.trialStatus] === 'completed' }];
};

/**
 * The trial with this digest that went furthest without going beyond `epochs`; null where there is none. One that was
 * trained for fewer epochs counts: it is the beginning of this one. One of whose model a file is gone does not: it could
 * not be tested.
 */
export const findKnownTrial = async (
  tracking: Pick<TrackingPort, 'findRuns' | 'getArtifactText' | 'listArtifacts'>,
  experimentId: string,
  digest: string,
  epochs: number,
): Promise<KnownTrial | null> => {
  const runs = await tracking.findRuns({ experimentId, tags: { [TAG.trialDigest]: digest }, status: 'FINISHED' });
  const kept = await Promise.all(runs.map((run) => readKnown(tracking, run)));
  const furthestFirst = kept
    .flat()
    .filter(({ result }) => result.epochs <= epochs)
    .sort((a, b) => b.result.epochs - a.result.epochs);
  for (const known of furthestFirst) {
    if ((await missingFile(tracking, known.runId)) === null) {
      return known;
    }
  }
  return null;
};

/** Whether it would not train on in a trial of `epochs` epochs: it stopped by itself, or that is its length too. */
const isAtItsEnd = ({ isComplete, result, epochLimit }: KnownTrial, epochs: number): boolean =>
  isComplete && (result.epochs === epochs || result.epochs < epochLimit);

/** null where the artifact is missing or tells another story than the result. */
const readHistory = async (
  tracking: Pick<TrackingPort, 'getArtifactText'>,
  { runId, result }: KnownTrial,
): Promise<readonly EpochRecord[] | null> => {
  const text = await tracking.getArtifactText(runId, ARTIFACT.history);
  const history = text === null ? [] : (JSON.parse(text) as readonly EpochRecord[]);
  const best = history[result.bestEpoch - 1];
  const isConsistent = history.length === result.epochs && best?.validation.ndcg_at_10 === result.validation.ndcg_at_10;
  return isConsistent ? history : null;
};

/** What it showed at each rung that it reached, its end included. Empty: nothing that can be used. */
export const reportsOf = async (
  tracking: Pick<TrackingPort, 'getArtifactText'>,
  known: KnownTrial,
  { rungs, metric }: Pick<OpenTrialRequest, 'rungs' | 'metric'>,
): Promise<readonly KnownReport[]> => {
  const { result } = known;
  const isAtEnd = isAtItsEnd(known, rungs.at(-1) ?? 0);
  const end: KnownReport = { epoch: result.epochs, value: result.validation[metric], isFinal: true };
  const reached = rungs.filter((rung) => rung < result.epochs || (rung === result.epochs && !isAtEnd));
  if (reached.length === 0) {
    return isAtEnd ? [end] : [];
  }
  const history = await readHistory(tracking, known);
  if (history === null) {
    return [];
  }
  const reports = reached.flatMap((rung): readonly KnownReport[] => {
    const best = history.slice(0, rung).findLast(({ isBest }) => isBest);
    return best === undefined ? [] : [{ epoch: rung, value: best.validation[metric], isFinal: false }];
  });
  return isAtEnd ? [...reports, end] : reports;
};
