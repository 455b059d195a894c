/** The steps that judge a candidate, on an MLflow in memory: with the real changes of the registered model. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { createLookActivities } from '../../activities/look.ts';
import { createRegistryActivities } from '../../activities/registry.ts';
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { createReports } from '../../reports/create-reports.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { createAliasRegistry } from './alias-registry.ts';
import { evaluationSummary, experimentInput, resolvedConfig } from './experiment-fixtures.ts';
import { modelArtifacts } from './model-artifacts.ts';
import { ONE_TEST_PART } from './one-test-part.ts';
import { createSteps } from './workflow-server.ts';

/** The candidate is version 2 and ranks with 0.4; what the others rank with. */
const NDCG: Readonly<Record<string, number>> = { '8': 0.2, '9': 0.477 };

export interface OwnedModelOptions {
  readonly aliases?: Readonly<Record<string, string>>;
  /** Version that the experiment registers. */
  readonly candidate?: () => string;
}

/** Each has a name of its own, and so an owner of its own. */
export const createOwnedModel = ({ aliases = {}, candidate = () => '2' }: OwnedModelOptions = {}) => {
  const modelName = `model-${randomUUID()}`;
  const registry = createAliasRegistry(modelName, aliases);
  registry.addRun('run-trial-000', { artifacts: modelArtifacts() });
  registry.addRun('parent');
  const { changeRegistry, recordVerdict } = createRegistryActivities({
    tracking: registry.tracking,
    workspace: { trialFolder: async () => '', modelFolder: async () => '' },
    reports: createReports(),
    attempts: { confirm: async () => true },
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
  });
  const { takeLook } = createLookActivities({
    tracking: registry.tracking,
    datasets: ONE_TEST_PART,
    attempts: { confirm: async () => true },
    clocks: { monotonicMs: () => 0, wallMs: () => 0 },
  });
  let evaluations = 0;
  const { steps, recorder } = createSteps({
    changeRegistry,
    recordVerdict,
    takeLook,
    registerModel: async ({ modelName: name, runId }) => {
      const version = candidate();
      registry.register(version, runId);
      return { name, version, aliases: [] };
    },
    evaluateBest: async ({ confidence }) => {
      evaluations += 1;
      const version = registry.aliases.champion ?? null;
      const ndcg = NDCG[version ?? ''];
      const mean = 0.4 - (ndcg ?? 0);
      const test = { model: evaluationSummary(0.4), baselines: {} };
      return version === null || ndcg === undefined
        ? { test, champion: null, ci: null, comparedWith: version, championProblem: null }
        : {
            test,
            champion: { version, run_id: `run-${version}`, ndcg_at_10: ndcg },
            ci: { mean, low: mean - 0.05, high: mean + 0.05, confidence },
            comparedWith: version,
            championProblem: null,
            testDigests: { test_metrics_digest: `metrics ${evaluations}`, gate_users_digest: `users ${evaluations}` },
          };
    },
  });

  const start = (client: Client, gate: GateConfig = {}, change: Partial<ResolvedConfig> = {}) => {
    const config = resolvedConfig({ sweep: null, ...change });
    return client.workflow.start<typeof experiment>('experiment', {
      taskQueue: 'tt-cpu',
      workflowId: `tt-exp/fixture/${randomUUID()}`,
      args: [experimentInput({ ...config, gate: { ...config.gate, model_name: modelName, ...gate } })],
    });
  };
  /** What MLflow says of the verdict. */
  const recorded = () => ({
    decision: registry.runOf('parent').tags['tt.gate_decision'],
    gate: JSON.parse(registry.runOf('parent').artifacts.get('gate.json')?.toString() ?? 'null'),
  });

  return { modelName, registry, steps, recorder, start, recorded, evaluations: () => evaluations };
};
