/** Who is told how the experiment went. What they hear changes nothing of it. */
import { CancellationScope } from '@temporalio/workflow';
import type { NotificationEvent, NotificationOutcome } from '../contracts/notification.ts';
import type { NotifyRequest } from '../contracts/steps.ts';
import { pickBestTrial } from '../policy/selection.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';
import { toRecord } from './failures.ts';
import { notify } from './steps.ts';

const describe = (event: NotificationEvent, outcome: NotificationOutcome): string =>
  outcome.kind === 'delivered' ? `${event}: delivered` : `${event}: undelivered, ${outcome.reason}`;

/** As of now; null where the config does not want anybody to hear of this event. */
const notificationOf = (run: ExperimentRun, event: NotificationEvent): NotifyRequest | null => {
  const { config } = run.input;
  if (config.notify === null || !config.notify.on.includes(event)) {
    return null;
  }
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
  return { urlEnv: config.notify.url_env, notification };
};

/** Of what the gate decides once the experiment has ended; its word is added by whoever sends it. */
export const gateNotification = (run: ExperimentRun): NotifyRequest | null => {
  const request = notificationOf(run, 'gate');
  return request === null ? null : { ...request, notification: { ...request.notification, status: 'completed' } };
};

/** Tells the webhook where the config wants it to hear of this event, and notes how that went. Never rejects. */
export const tell = async (run: ExperimentRun, event: NotificationEvent): Promise<void> => {
  const request = notificationOf(run, event);
  if (request === null) {
    return;
  }
  const outcome = await CancellationScope.nonCancellable(() => notify(request)).catch(
    (error: unknown): NotificationOutcome => ({ kind: 'undelivered', attempts: 1, reason: toRecord(error).message }),
  );
  run.told.push(describe(event, outcome));
};
