/** What an experiment leaves behind for those who ask later why it came out as it did. */
import { ARTIFACT } from '../contracts/names.ts';
import type { PublishSweepRequest } from '../contracts/steps.ts';
import type { TrackingPort } from './ports.ts';

export const createSweepReportActivities = ({ tracking }: { readonly tracking: TrackingPort }) => ({
  /** Written again, it replaces itself. */
  publishSweep: async ({ parentRunId, facts }: PublishSweepRequest): Promise<void> => {
    await tracking.putArtifactText(parentRunId, ARTIFACT.sweep, `${JSON.stringify(facts)}\n`);
  },
});
