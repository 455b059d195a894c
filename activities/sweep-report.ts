/** What an experiment leaves behind for those who ask later why it came out as it did. */
import { ARTIFACT } from '../contracts/names.ts';
import type { PublishSweepRequest } from '../contracts/steps.ts';
import type { ReportPort, TrackingPort } from './ports.ts';

export interface SweepReportDeps {
  readonly tracking: TrackingPort;
  readonly reports: ReportPort;
}

export const createSweepReportActivities = ({ tracking, reports }: SweepReportDeps) => ({
  /** Written again, it replaces itself. */
  publishSweep: async ({ parentRunId, facts }: PublishSweepRequest): Promise<void> => {
    await tracking.putArtifactText(parentRunId, ARTIFACT.sweep, `${JSON.stringify(facts)}\n`);
    for (const { path, text } of reports.render(facts)) {
      await tracking.putArtifactText(parentRunId, path, text);
    }
  },
});
