/** Heartbeats: they tell the server that the worker lives, so that a killed one is replaced within seconds. */
import { Context } from '@temporalio/activity';
import { type Activities, wrapActivities } from './wrap-activities.ts';

/** Well under the heartbeat time-outs of workflows/activity-profiles.ts. */
const HEARTBEAT_INTERVAL_MS = 1000;

/** Runs `work` and heartbeats `details()` meanwhile. Its AbortSignal fires when the activity is cancelled. */
export const withHeartbeat = async <Result>(
  details: () => unknown,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(details()), HEARTBEAT_INTERVAL_MS);
  try {
    context.heartbeat(details());
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
};

/** For steps that know nothing of heartbeats. */
export const withHeartbeats = <Table extends Activities>(table: Table): Table =>
  wrapActivities(table, (run) => withHeartbeat(() => null, run));
