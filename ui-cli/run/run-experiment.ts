/** `tt-exp run`: from a config file to a followed experiment. */

import type { StartedExperiment } from '../../client/experiments-client.ts';
import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { configDigest } from '../../config/digest.ts';
import { loadConfig } from '../../config/load.ts';
import { EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import { experimentIds } from '../../contracts/ids.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import { printLines } from '../text/output.ts';
import { detachedLines, printSummary, reportOutcome } from './follow-and-report.ts';
import { type FollowOutcome, followExperiment } from './follow-experiment.ts';
import { renamedModelWarning } from './renamed-model.ts';
import type { RunRuntime } from './run-runtime.ts';
import { summarise } from './summary.ts';
import { withWatching } from './watching.ts';

export interface RunOptions {
  readonly set: readonly string[];
  readonly isFresh: boolean;
  readonly isDetached: boolean;
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isEvents: boolean;
  readonly isPromotionRequired: boolean;
  readonly isDryRun: boolean;
  readonly timeoutMs: number | null;
}

interface Conducted {
  readonly started: StartedExperiment;
  readonly addresses: ServiceAddresses;
  /** Null with --detach. */
  readonly outcome: FollowOutcome | null;
  /** Known once the display is closed. */
  readonly isCancelling: () => boolean;
  /** With --detach: an experiment that was running already may be paused. Null where nobody looked. */
  readonly seen: ExperimentView | null;
  /** Told at the start and, since a screen is gone by then, at the end; null: none. */
  readonly warning: string | null;
}

const conduct = (runtime: RunRuntime, config: ResolvedConfig, options: RunOptions): Promise<Conducted> =>
  withWatching(runtime, { ...options, mayStart: true }, async ({ stops, display, platform }) => {
    const { experiments, addresses } = platform;
    const warning = await renamedModelWarning(platform, config);
    if (warning !== null) {
      display.service({ part: 'mlflow', step: 'notice', message: `warning: ${warning}` });
    }
    const started = await experiments.start({
      config: withAbsolutePaths(config, process.cwd()),
      configDigest: configDigest(config),
      isFresh: options.isFresh,
    });
    const { experimentId } = started;
    display.started(started, addresses);
    const outcome = options.isDetached
      ? null
      : await followExperiment({ experiments, experimentId, onView: display.view, signal: stops.signal });
    // Whether it is paused is worth a look, not a failure.
    const seen =
      options.isDetached && started.isAttached ? await experiments.view(experimentId).catch(() => null) : null;
    const isCancelling = () => display.hasCancelled?.(experimentId) === true;
    return { started, addresses, outcome, isCancelling, seen, warning };
  });

/** --detach is a success: the experiment was started, which is all that was asked. */
const reportDetached = (runtime: RunRuntime, { started, addresses, seen }: Conducted, options: RunOptions): number => {
  const { experimentId, workflowId } = started;
  printLines(runtime.io.stderr, detachedLines(experimentId, seen));
  if (options.isJson || options.isEvents) {
    const frame = { experimentId, workflowId, addresses, status: 'detached', error: null } as const;
    printSummary(runtime, summarise(null, frame), options.isEvents);
  } else {
    printLines(runtime.io.stdout, [experimentId]);
  }
  return EXIT.done;
};

/** An experiment that never ran has its JSON too: scripts read one object, whatever happens. */
const printFailure = (runtime: RunRuntime, error: unknown, config: ResolvedConfig | null, isEvents: boolean): void => {
  const ids = config === null ? null : experimentIds(config.name, configDigest(config));
  const isInterrupted = error instanceof TtExpError && error.code === 'INTERRUPTED';
  printSummary(
    runtime,
    summarise(null, {
      experimentId: ids?.experimentId ?? null,
      workflowId: ids?.workflowId ?? null,
      addresses: null,
      status: isInterrupted ? 'cancelled' : 'failed',
      error: toErrorRecord(error),
    }),
    isEvents,
  );
};

/** Answers the exit code; throws what the command is to end with. */
export const runExperiment = async (runtime: RunRuntime, file: string, options: RunOptions): Promise<number> => {
  let config: ResolvedConfig | null = null;
  let conducted: Conducted;
  try {
    config = await loadConfig(file, options.set);
    if (options.isDryRun) {
      const { printPlan } = await import('./print-plan.ts');
      await printPlan(runtime, config, options.isJson);
      return EXIT.done;
    }
    conducted = await conduct(runtime, config, options);
  } catch (error) {
    if (options.isJson || options.isEvents) {
      printFailure(runtime, error, config, options.isEvents);
    }
    throw error;
  }
  const { started, addresses, outcome, isCancelling, warning } = conducted;
  printLines(runtime.io.stderr, warning === null ? [] : [`warning: ${warning}`]);
  return outcome === null
    ? reportDetached(runtime, conducted, options)
    : reportOutcome({ ...started, ...options, runtime, addresses, isCancelling: isCancelling() }, outcome);
};
