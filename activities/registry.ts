/** Registry steps: make the chosen trial a model version, and move the aliases as the gate decided. */

import type { RegisteredModel } from '../contracts/experiment.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type {
  ApplyGateRequest,
  ApplyGateResult,
  RecordVerdictRequest,
  RegisterModelRequest,
} from '../contracts/steps.ts';
import { provenanceTags } from './experiment-run.ts';
import { ensureModel } from './model-files.ts';
import type { TrackingPort, WorkspacePort } from './ports.ts';
import { tryEach } from './try-each.ts';

export interface RegistryActivityDeps {
  readonly tracking: TrackingPort;
  readonly workspace: WorkspacePort;
}

export const createRegistryActivities = ({ tracking, workspace }: RegistryActivityDeps) => ({
  registerModel: async (request: RegisterModelRequest): Promise<RegisteredModel> => {
    const { runId, modelName, provenance } = request;
    const tags = {
      ...provenanceTags(provenance),
      [TAG.trialId]: request.trialId,
      [TAG.datasetVersion]: request.datasetVersion,
    };
    const { modelFolder } = await ensureModel({ tracking, workspace }, runId);
    const { modelId } = await tracking.ensureLoggedModel({
      experimentId: request.mlflowExperimentId,
      runId,
      name: modelName,
      folder: modelFolder,
      params: {},
      tags,
      step: request.bestEpoch,
      signature: { userDim: request.featureDims.user, itemDim: request.featureDims.item },
    });
    const version = await tracking.ensureModelVersion({ name: modelName, runId, modelId, tags });
    return { name: version.name, version: version.version, aliases: version.aliases };
  },

  /**
   * Promotion moves `champion` and leaves `previous` on the version it had; while approval is awaited the candidate is
   * `challenger`. Run again after a crash between the moves it ends in the same state: `previous` moves first, and
   * never to the candidate itself.
   */
  applyGate: async (request: ApplyGateRequest): Promise<ApplyGateResult> => {
    const { verdict, modelName } = request;
    const candidate = verdict.candidate?.version;
    if (verdict.decision === 'promoted' && candidate !== undefined) {
      const champion = await tracking.findByAlias(modelName, ALIAS.champion);
      if (champion !== null && champion.version !== candidate) {
        await tracking.setAlias(modelName, ALIAS.previous, champion.version);
      }
      await tracking.setAlias(modelName, ALIAS.champion, candidate);
    }
    if (verdict.decision === 'awaiting_approval' && candidate !== undefined) {
      await tracking.setAlias(modelName, ALIAS.challenger, candidate);
    }
    const version = await tracking.getVersion(modelName, candidate ?? '');
    return { model: { name: modelName, version: version.version, aliases: version.aliases } };
  },

  /** What the candidate's run and the experiment's say of the verdict. The aliases are moved: it changes none of them. */
  recordVerdict: ({ parentRunId, runId, verdict }: RecordVerdictRequest): Promise<void> => {
    const tags = { [TAG.gateDecision]: verdict.decision, [TAG.gateReasons]: JSON.stringify(verdict.reasons) };
    return tryEach(
      () => tracking.setTags(runId, tags),
      () => tracking.setTags(parentRunId, tags),
      () => tracking.putArtifactText(parentRunId, ARTIFACT.gate, `${JSON.stringify(verdict, null, 2)}\n`),
    );
  },
});
