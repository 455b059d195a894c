/** A version that was made champion by hand: what it takes to judge it afterwards, and where the judgement is written. */
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import type { FoundGate, NoteByHandRequest, ReadAdoptedRequest, ReadAdoptedResult } from '../contracts/steps.ts';
import { readLedger } from '../registry/ledger/read-ledger.ts';
import { isGone } from './is-gone.ts';
import type { TrackingPort } from './ports.ts';

export interface AdoptedActivityDeps {
  readonly tracking: TrackingPort;
  /** From artifacts `config.json`: the first that can be read counts, and the defaults where none can. */
  readonly readGate: (texts: readonly string[]) => FoundGate;
}

/** null for what is gone. */
const find = async <Found>(reading: Promise<Found>): Promise<Found | null> => {
  try {
    return await reading;
  } catch (error) {
    if (isGone(error)) {
      return null;
    }
    throw error;
  }
};

/** Of the model's last gate; else of the experiment that trained the version; else the defaults. */
const settingsFor = async (
  { tracking, readGate }: AdoptedActivityDeps,
  modelName: string,
  { tags }: RunRecord,
): Promise<FoundGate> => {
  const entries = (await readLedger(tracking, modelName))?.entries ?? [];
  const last = entries.findLast(({ evidence }) => evidence.verdict_run_id !== undefined);
  const runs = [last?.evidence.verdict_run_id, tags['mlflow.parentRunId']].filter((runId) => runId !== undefined);
  const texts = await Promise.all(runs.map((runId) => find(tracking.getArtifactText(runId, ARTIFACT.config))));
  return readGate(texts.filter((text) => text !== null));
};

const none = (reason: string): ReadAdoptedResult => ({ kind: 'none', reason });

export const createAdoptedActivities = (deps: AdoptedActivityDeps) => {
  const { tracking } = deps;
  return {
    readAdopted: async ({ modelName, version, against }: ReadAdoptedRequest): Promise<ReadAdoptedResult> => {
      const adopted = await find(tracking.getVersion(modelName, version));
      if (adopted === null) {
        return none('it was deleted');
      }
      if (against !== null && (await find(tracking.getVersion(modelName, against))) === null) {
        return none(`version ${against}, champion before it, was deleted`);
      }
      const { runId } = adopted;
      const run = runId === '' ? null : await find(tracking.getRun(runId));
      if (run === null) {
        return none(runId === '' ? 'it names no run that has its model' : `its run ${runId} is gone`);
      }
      const datasetVersion = adopted.tags[TAG.datasetVersion] ?? run.tags[TAG.datasetVersion];
      return datasetVersion === undefined
        ? none('no dataset version is recorded with it')
        : { kind: 'known', runId, datasetVersion, settings: await settingsFor(deps, modelName, run) };
    },

    /** A version that was deleted meanwhile has no use for it. */
    noteByHand: async ({ modelName, version, text }: NoteByHandRequest): Promise<void> => {
      await find(tracking.setVersionTags(modelName, version, { [TAG.gateByHand]: text }));
    },
  };
};
