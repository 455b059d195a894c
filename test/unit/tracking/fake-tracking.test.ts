import { describeTracking } from '../../suites/tracking-suite.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';

const fake = createFakeTracking();

describeTracking(() => ({
  tracking: fake.tracking,
  server: {
    points: async (runId, key) =>
      fake
        .runOf(runId)
        .points.filter((point) => point.key === key)
        .map(({ step, timestampMs, value }) => [step, timestampMs, value]),
    params: async (runId) => fake.runOf(runId).params,
    description: async (id) => fake.experimentOf(id).description,
    deleteExperiment: async (id) => {
      fake.experimentOf(id).isDeleted = true;
    },
  },
}));
