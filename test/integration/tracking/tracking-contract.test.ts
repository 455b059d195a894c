import { afterAll, beforeAll } from 'vitest';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { describeTracking } from '../../suites/tracking-suite.ts';
import { createMlflowReader } from '../../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';

let mlflow: TestMlflow;
let tracking: Tracking;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracking = createTracking({ trackingUri: mlflow.address });
});

afterAll(async () => {
  await tracking?.close();
  await mlflow?.dispose();
});

describeTracking(() => {
  const reader = createMlflowReader(mlflow.address);
  return {
    tracking,
    server: {
      points: async (runId, key) =>
        (await reader.history(runId, key)).map(({ step, timestamp, value }) => [step, timestamp, value]),
      params: async (runId) =>
        Object.fromEntries(((await reader.run(runId)).data.params ?? []).map(({ key, value }) => [key, value])),
      description: async (id) => (await reader.experimentTags(id))['mlflow.note.content'] ?? null,
      deleteExperiment: reader.deleteExperiment,
    },
  };
});
