/** What an experiment leaves behind for those who ask later why it came out as it did. */
import { ARTIFACT } from '../contracts/names.ts';
import type { PublishSweepRequest } from '../contracts/steps.ts';
import { tryEach } from '../contracts/try-each.ts';
import type { ReportPort, TrackingPort } from './ports.ts';

export interface SweepReportDeps {
  readonly tracking: TrackingPort;
  readonly reports: ReportPort;
}

const NOTE = 'mlflow.note.content';

export const createSweepReportActivities = ({ tracking, reports }: SweepReportDeps) => ({
  /** Written again, it replaces itself. */
  publishSweep: async ({ parentRunId, facts, timestampMs }: PublishSweepRequest): Promise<void> => {
    const { note, params, metrics } = reports.summarise(facts);
    const points = Object.entries(metrics).map(([key, value]) => ({ key, value, step: 0, timestampMs }));
    await tryEach(
      async () => {
        const { tags } = await tracking.getRun(parentRunId);
        // What a person wrote there meanwhile stays.
        if ([undefined, facts.config.description].includes(tags[NOTE])) {
          await tracking.setTags(parentRunId, { [NOTE]: note });
        }
      },
      () => tracking.logParams(parentRunId, params),
      () => tracking.logMetrics(parentRunId, points),
      async () => {
        await tracking.putArtifactText(parentRunId, ARTIFACT.sweep, `${JSON.stringify(facts)}\n`);
        for (const { path, text } of reports.render(facts)) {
          await tracking.putArtifactText(parentRunId, path, text);
        }
      },
    );
  },
});
