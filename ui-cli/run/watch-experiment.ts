/** `tt-exp watch`: attach to an experiment again, from any terminal. */
import { parseExperimentId } from '../../contracts/ids.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { readVerdictSince } from '../platform/verdict-since.ts';
import { reportOutcome } from './follow-and-report.ts';
import { followExperiment } from './follow-experiment.ts';
import { withWatching } from './watching.ts';

export interface WatchOptions {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isEvents: boolean;
  readonly isPromotionRequired: boolean;
  readonly timeoutMs: number | null;
}

export const watchExperiment = async (
  runtime: PlatformRuntime,
  text: string,
  options: WatchOptions,
): Promise<number> => {
  const followed = await withWatching(
    runtime,
    { ...options, mayStart: false },
    async ({ stops, display, platform, steer }) => {
      const { experiments, addresses } = platform;
      const experimentId = await resolveExperimentId(experiments, text);
      const workflowId = parseExperimentId(experimentId)?.workflowId ?? experimentId;
      steer(experimentId);
      display.started({ experimentId, workflowId, isAttached: true }, addresses);
      const onView = display.view;
      const outcome = await followExperiment({ experiments, experimentId, onView, signal: stops.signal });
      const since = outcome.kind === 'ended' ? await readVerdictSince(runtime.io, platform, outcome.view) : null;
      return { experimentId, workflowId, addresses, outcome, since };
    },
  );
  const { outcome, ...experiment } = followed;
  return reportOutcome({ ...experiment, ...options, runtime }, outcome);
};
