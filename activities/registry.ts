/** Registry steps: make the chosen trial a model version, change the registered model, say what the gate decided. */

import type { RegisteredModel } from '../contracts/experiment.ts';
import { type GateVerdict, isChampionAlready, isDecided } from '../contracts/gate.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { MetricPoint } from '../contracts/runs.ts';
import type { RecordVerdictRequest, RegisterModelRequest } from '../contracts/steps.ts';
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

/** What was measured, as metrics: sorted and filtered by in MLflow. The latest verdict is the latest point. */
const gatePoints = ({ ci, p_value, effect_size, power }: GateVerdict, timestampMs: number): readonly MetricPoint[] =>
  Object.entries({
    gate_ndcg_diff: ci?.mean,
    gate_ci_low: ci?.low,
    gate_ci_high: ci?.high,
    gate_p_value: p_value,
    gate_effect_size: effect_size,
    gate_smallest_lift: power?.smallest_lift,
  })
    .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
    .map(([key, value]) => ({ key, value, step: 0, timestampMs }));

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
     * What the candidate's run and the experiment's say of the verdict. The aliases are moved: it changes none of them.
     * The run of a candidate that is the champion already keeps the verdict that made it so.
     */
    recordVerdict: async (request: RecordVerdictRequest): Promise<void> => {
      const { parentRunId, runId, verdict, modelName, timestampMs } = request;
      const { p_value: pValue, power } = verdict;
      const tags = {
        [TAG.gateDecision]: verdict.decision,
        [TAG.gateReasons]: JSON.stringify(verdict.reasons),
        ...(modelName !== undefined && { [TAG.gateModel]: modelName }),
        // A workflow of an earlier version says nothing of them.
        ...(pValue != null && { [TAG.gatePValue]: String(pValue) }),
        ...(power != null && { [TAG.gateSmallestLift]: String(power.smallest_lift) }),
      };
      const record = async (run: string): Promise<void> => {
        await tracking.setTags(run, tags);
        if (timestampMs !== undefined) {
          await tracking.logMetrics(run, gatePoints(verdict, timestampMs));
        }
      };
      await tryEach(
        () => (isChampionAlready(verdict) ? Promise.resolve() : record(runId)),
        () => record(parentRunId),
        () =>
          isDecided(verdict) && modelName !== undefined
            ? publishVerdict({ tracking, reports }, { parentRunId, runId, modelName, verdict })
            : tracking.putArtifactText(parentRunId, ARTIFACT.gate, `${JSON.stringify(verdict, null, 2)}\n`),
      );
    },
  };
};
