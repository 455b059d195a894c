/** Who is told how the experiment went. What they hear changes nothing of it. */
import { CancellationScope } from '@temporalio/workflow';
import type { NotificationEvent, NotificationOutcome } from '../contracts/notification.ts';
import { pickBestTrial } from '../policy/selection.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';
import { toRecord } from './failures.ts';
import { notify } from './steps.ts';

const describe = (event: NotificationEvent, outcome: NotificationOutcome): string =>
  outcome.kind === 'delivered' ? `${event}: delivered` : `${event}: undelivered, ${outcome.reason}`;

/** Tells the webhook where the config wants it to hear of this event, and notes how that went. Never rejects. */
export const tell = async (run: ExperimentRun, event: NotificationEvent): Promise<void> => {
  const { config } = run.input;
  if (config.notify === null || !config.notify.on.includes(event)) {
    return;
  }
  const { url_env: urlEnv } = config.notify;
  const { experimentId, status, gate, trials, objective } = currentSnapshot(run);
  const best = pickBestTrial(trials, objective.direction);
  const notification = {
    event,
    experiment_id: experimentId,
    status,
    best:
      best === null
        ? null
        : {
            trial_id: best.trialId,
            metric: objective.metric,
            value: best.value,
            params: best.params,
          },
    gate: gate.decision === 'not_run' ? null : { decision: gate.decision, reasons: gate.reasons },
  };
  const outcome = await CancellationScope.nonCancellable(() => notify({ urlEnv, notification })).catch(
    (error: unknown): NotificationOutcome => ({ kind: 'undelivered', attempts: 1, reason: toRecord(error).message }),
  );
  run.told.push(describe(event, outcome));
};
