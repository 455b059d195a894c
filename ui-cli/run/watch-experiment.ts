/** `tt-exp watch`: attach to an experiment again, from any terminal. */

import { EXIT } from '../../contracts/errors.ts';
import type { VerdictSince } from '../../contracts/gate.ts';
import { parseExperimentId } from '../../contracts/ids.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import { outputLost } from '../command-line/lost-output.ts';
import type { DashboardRuntime } from '../dashboard/dashboard-runtime.ts';
import { openDashboard } from '../dashboard/ui-command.ts';
import { onlyRunning } from '../platform/only-running.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { readVerdictSince } from '../platform/verdict-since.ts';
import { reportOutcome } from './follow-and-report.ts';
import { type FollowOutcome, followExperiment } from './follow-experiment.ts';
import { hasScreen } from './screen-display.ts';
import { withWatching } from './watching.ts';

export interface WatchOptions {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isEvents: boolean;
  readonly isPromotionRequired: boolean;
  readonly timeoutMs: number | null;
}

interface Followed {
  readonly experimentId: string;
  readonly workflowId: string;
  readonly addresses: ServiceAddresses;
  readonly outcome: FollowOutcome;
  /** Known once the display is closed. */
  readonly isCancelling: () => boolean;
  readonly since: VerdictSince | null;
}

/** What only one experiment can answer. */
const needsOne = ({ isPromotionRequired, timeoutMs }: WatchOptions): boolean =>
  isPromotionRequired || timeoutMs !== null;

/** @param text null: the only one that is running; where there is none, or several, all of them are shown */
export const watchExperiment = async (
  runtime: DashboardRuntime,
  text: string | null,
  options: WatchOptions,
): Promise<number> => {
  const mayList = text === null && !needsOne(options) && hasScreen(runtime, options);
  const followed = await withWatching(
    runtime,
    { ...options, mayStart: false },
    async ({ stops, display, platform }): Promise<Followed | null> => {
      const { experiments, addresses } = platform;
      const experimentId =
        text === null ? await onlyRunning(experiments, mayList) : await resolveExperimentId(experiments, text);
      if (experimentId === null) {
        return null;
      }
      const workflowId = parseExperimentId(experimentId)?.workflowId ?? experimentId;
      display.started({ experimentId, workflowId, isAttached: true }, addresses);
      const onView = display.view;
      const outcome = await followExperiment({ experiments, experimentId, onView, signal: stops.signal });
      const since = outcome.kind === 'ended' ? await readVerdictSince(runtime.io, platform, outcome.view) : null;
      const isCancelling = () => display.hasCancelled?.(experimentId) === true;
      return { experimentId, workflowId, addresses, outcome, isCancelling, since };
    },
  );
  if (followed === null) {
    return openDashboard(runtime, {});
  }
  const { outcome, isCancelling, ...experiment } = followed;
  // Whoever closed the pipe knows that nobody watches any more, and `watch` has started nothing.
  if (outcome.kind === 'detached' && outputLost(runtime.io.stdout).aborted) {
    return EXIT.done;
  }
  return reportOutcome({ ...experiment, ...options, runtime, isCancelling: isCancelling() }, outcome);
};
