/** Registry steps: make the chosen trial a model version, and move the aliases as the gate decided. */

import type { RegisteredModel } from '../contracts/experiment.ts';
import { isChampionAlready, isDecided } from '../contracts/gate.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type {
  ApplyGateRequest,
  ApplyGateResult,
  RecordVerdictRequest,
  RegisterModelRequest,
} from '../contracts/steps.ts';
import { tryEach } from '../contracts/try-each.ts';
import type { Workspace } from '../host/workspace.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { changeRegistry, type RegistryChange, type RegistryChanged } from '../registry/ledger/change-registry.ts';
import { provenanceTags } from './experiment-run.ts';
import { type FenceDeps, fenceOwnAttempt } from './fence.ts';
import type { ReportPort, TrackingPort } from './ports.ts';
import { publishVerdict } from './publish-verdict.ts';

export interface RegistryActivityDeps extends FenceDeps {
  readonly tracking: TrackingPort;
  readonly workspace: Workspace;
  readonly reports: ReportPort;
}

type Aliases = Pick<TrackingPort, 'findByAlias' | 'setAlias' | 'deleteAlias'>;

/**
 * `champion` moves last: a promotion that ends before has changed nothing that serves, and done again it comes to the
 * same end. `previous` never moves to the candidate, which is champion already where only the last word was lost.
 */
const moveAliases = async (
  tracking: Aliases,
  { modelName, version, verdict }: ApplyGateRequest,
  champion: string | null,
): Promise<void> => {
  if (verdict.decision === 'awaiting_approval') {
    await tracking.setAlias(modelName, ALIAS.challenger, version);
    return;
  }
  if (verdict.decision === 'promoted' && champion !== version && !isChampionAlready(verdict)) {
    if (champion !== null) {
      await tracking.setAlias(modelName, ALIAS.previous, champion);
    }
    await tracking.setAlias(modelName, ALIAS.champion, version);
  }
  if ((await tracking.findByAlias(modelName, ALIAS.challenger))?.version === version) {
    await tracking.deleteAlias(modelName, ALIAS.challenger);
  }
};

export const createRegistryActivities = ({ tracking, workspace, reports, ...fencing }: RegistryActivityDeps) => {
  /** A worker that was frozen in the middle must not go on when the turn is another's. */
  const fenced = () => {
    const fence = fenceOwnAttempt(fencing, () => null);
    return tracking.guardedBy(() => fence.assertCurrent());
  };

  return {
    registerModel: async (request: RegisterModelRequest): Promise<RegisteredModel> => {
      const { runId, modelName, provenance } = request;
      const tags = {
        ...provenanceTags(provenance),
        [TAG.trialId]: request.trialId,
        [TAG.datasetVersion]: request.datasetVersion,
      };
      const { modelFolder } = await fetchModel({ tracking, workspace }, runId);
      const registry = fenced();
      const { modelId } = await registry.ensureLoggedModel({
        experimentId: request.mlflowExperimentId,
        runId,
        name: modelName,
        folder: modelFolder,
        params: {},
        tags,
        step: request.bestEpoch,
        signature: { userDim: request.featureDims.user, itemDim: request.featureDims.item },
      });
      const version = await registry.ensureModelVersion({
        ...{ name: modelName, runId, modelId, tags },
        description: request.description,
      });
      return { name: version.name, version: version.version, aliases: version.aliases };
    },

    /** Throws LEDGER_BROKEN. Only the model's owner calls it: MLflow moves an alias whatever it was. */
    changeRegistry: (change: RegistryChange): Promise<RegistryChanged> => changeRegistry(fenced(), change),

    /**
     * Promotion moves `champion` and leaves `previous` on the version that it had; while approval is awaited the
     * candidate is `challenger`, and no longer once there is an answer. Moves nothing where the champion of now is not
     * the one that the verdict rests on. MLflow moves an alias whatever it was: call it in turn (workflows/registry.ts).
     */
    applyGate: async (request: ApplyGateRequest): Promise<ApplyGateResult> => {
      const { modelName, version, verdict, restsOnChampion } = request;
      const registry = fenced();
      const champion = (await registry.findByAlias(modelName, ALIAS.champion))?.version ?? null;
      const isDone = verdict.decision === 'promoted' && champion === version;
      if (restsOnChampion && !isDone && champion !== verdict.compared_with) {
        return { kind: 'outdated', champion };
      }
      await moveAliases(registry, request, champion);
      const { aliases } = await registry.getVersion(modelName, version);
      return { kind: 'applied', model: { name: modelName, version, aliases } };
    },

    /**
     * What the candidate's run and the experiment's say of the verdict. The aliases are moved: it changes none of them.
     * The run of a candidate that is the champion already keeps the verdict that made it so.
     */
    recordVerdict: ({ parentRunId, runId, verdict, modelName }: RecordVerdictRequest): Promise<void> => {
      const { p_value: pValue, power } = verdict;
      const tags = {
        [TAG.gateDecision]: verdict.decision,
        [TAG.gateReasons]: JSON.stringify(verdict.reasons),
        // A workflow of an earlier version says nothing of them.
        ...(pValue != null && { [TAG.gatePValue]: String(pValue) }),
        ...(power != null && { [TAG.gateSmallestLift]: String(power.smallest_lift) }),
      };
      return tryEach(
        () => (isChampionAlready(verdict) ? Promise.resolve() : tracking.setTags(runId, tags)),
        () => tracking.setTags(parentRunId, tags),
        () =>
          isDecided(verdict) && modelName !== undefined
            ? publishVerdict({ tracking, reports }, { parentRunId, runId, modelName, verdict })
            : tracking.putArtifactText(parentRunId, ARTIFACT.gate, `${JSON.stringify(verdict, null, 2)}\n`),
      );
    },
  };
};
