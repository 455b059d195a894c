/** For commands that look at what is recorded of an experiment. */

import { TtExpError } from '../../contracts/errors.ts';
import type { ExperimentFacts, ObjectiveCurves } from '../../contracts/experiment-facts.ts';
import type { VerdictSince } from '../../contracts/gate.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { readVerdictSince } from '../platform/verdict-since.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printLines } from '../text/output.ts';
import type { Analysis, InspectRuntime } from './inspect-runtime.ts';

export interface RecordedExperiment {
  readonly id: string;
  readonly facts: ExperimentFacts;
  readonly analysis: Analysis;
  readonly platform: Platform;
  /** Metric histories; none, and a note on stderr, where MLflow does not have them. */
  curves(): Promise<ObjectiveCurves>;
  verdictSince(): Promise<VerdictSince | null>;
}

export const withFacts = (
  runtime: InspectRuntime,
  text: string,
  work: (experiment: RecordedExperiment) => Promise<number>,
): Promise<number> =>
  withPlatform(runtime, async (platform) => {
    const id = await resolveExperimentId(platform.experiments, text);
    const facts = await platform.facts.read(id);
    return work({
      ...{ id, facts, analysis: await runtime.analysis(), platform },
      curves: () =>
        platform.facts.curves(facts).catch((error: unknown) => {
          if (error instanceof TtExpError) {
            printLines(runtime.io.stderr, [`note: metric histories are not shown: ${error.message}`]);
            return {};
          }
          throw error;
        }),
      verdictSince: () => readVerdictSince(runtime.io, platform, facts.snapshot),
    });
  });
