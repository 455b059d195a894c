/** For commands that look at what is recorded of an experiment. */

import { TtExpError } from '../../contracts/errors.ts';
import type { ExperimentFacts, ObjectiveCurves } from '../../contracts/experiment-facts.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
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
  /** See FactsReader; null, and a note on stderr, where MLflow does not have it. */
  verdictSince(): Promise<GateVerdict | null>;
}

export const withFacts = (
  runtime: InspectRuntime,
  text: string,
  work: (experiment: RecordedExperiment) => Promise<number>,
): Promise<number> =>
  withPlatform(runtime, async (platform) => {
    const id = await resolveExperimentId(platform.experiments, text);
    const facts = await platform.facts.read(id);
    const orNote = <Result>(asked: Promise<Result>, otherwise: Result, consequence: string): Promise<Result> =>
      asked.catch((error: unknown) => {
        if (error instanceof TtExpError) {
          printLines(runtime.io.stderr, [`note: ${consequence}: ${error.message}`]);
          return otherwise;
        }
        throw error;
      });
    return work({
      ...{ id, facts, analysis: await runtime.analysis(), platform },
      curves: () => orNote(platform.facts.curves(facts), {}, 'metric histories are not shown'),
      verdictSince: () =>
        orNote(platform.facts.verdictSince(facts.snapshot), null, 'whether it was approved since is not known'),
    });
  });
