/** Versions of a registered model on a real MLflow, each with a run that has files, metrics and tags as a trial's. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { TAG } from '../../contracts/names.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { changeRegistry } from '../../registry/ledger/change-registry.ts';
import type { Tracking } from '../../tracking/index.ts';
import { makeFolder, removeFolder } from './make-folder.ts';

export const WEIGHTS = 'weights of a model';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ENCODER = '{}';

export const MANIFEST = JSON.stringify({
  encoder_sha256: sha256(ENCODER),
  files: { 'weights.bin': sha256(WEIGHTS) },
});

interface NewVersion {
  readonly model: string;
  readonly key: string;
  readonly ndcgAt10?: number;
  readonly decision?: string;
  readonly reasons?: readonly string[];
}

/** Returns the run's id and the version. */
export const addVersion = async (
  tracking: Tracking,
  { model, key, ndcgAt10 = 0.5, decision, reasons = [] }: NewVersion,
): Promise<{ readonly runId: string; readonly version: string; readonly modelId: string }> => {
  const experimentId = await tracking.ensureExperiment('registered models');
  const runId = await tracking.ensureRun({
    ...{
      experimentId,
      runKey: `${encodeURIComponent(model)} ${key}`,
      runName: key,
      user: 'u',
      gitCommit: null,
      startTimeMs: Date.now(),
    },
    tags: {
      [TAG.kind]: 'trial',
      ...(decision !== undefined && { [TAG.gateDecision]: decision, [TAG.gateReasons]: JSON.stringify(reasons) }),
    },
  });
  await tracking.logMetrics(runId, [{ key: 'test_ndcg_at_10', value: ndcgAt10, step: 0, timestampMs: 1 }]);
  const folder = await makeFolder('tt-exp-version-');
  try {
    await mkdir(join(folder, 'model'));
    await writeFile(join(folder, 'model', 'weights.bin'), WEIGHTS);
    await writeFile(join(folder, 'model', 'manifest.json'), MANIFEST);
    for (const name of ['weights.bin', 'manifest.json']) {
      await tracking.putArtifactFile(runId, `model/${name}`, join(folder, 'model', name));
    }
    await tracking.putArtifactText(runId, 'encoder.json', ENCODER);
    const logged = { experimentId, runId, name: model, folder: join(folder, 'model'), params: {}, tags: {}, step: 1 };
    const { modelId } = await tracking.ensureLoggedModel({ ...logged, signature: { userDim: 1, itemDim: 1 } });
    const tags = { [TAG.datasetVersion]: 'ds-0123456789abcdef', [TAG.experimentId]: 'sweep-0123456789' };
    const { version } = await tracking.ensureModelVersion({ name: model, runId, modelId, tags });
    return { runId, version, modelId };
  } finally {
    await removeFolder(folder);
  }
};

/** As the model's owner does it. */
export const move = async (
  tracking: Tracking,
  modelName: string,
  request: RegistryRequest,
  at = new Date().toISOString(),
): Promise<LedgerEntry> => {
  const { answer } = await changeRegistry(tracking, { modelName, request, manualMoves: 'accept', at, known: null });
  if (answer.kind !== 'done' || answer.entry === null) {
    throw new Error(`not moved: ${JSON.stringify(answer)}`);
  }
  return answer.entry;
};

let requests = 0;

const asked = (evidence: object = {}) => {
  requests += 1;
  return { request: `request ${requests}`, actor: 'ana', reason: 'a test', evidence };
};

export const promotion = (candidate: string, comparedWith: string | null): RegistryRequest => ({
  ...{ kind: 'promote', candidate, comparedWith, supersedes: false },
  ...asked(),
});

export const rejection = (candidate: string): RegistryRequest => ({ kind: 'reject', candidate, ...asked() });
