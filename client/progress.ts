/** Progress of running trials, read from the heartbeats of their pending activities. */
import { type Client, defaultPayloadConverter } from '@temporalio/client';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { TrialProgress } from '../contracts/trial.ts';

const isProgress = (value: unknown): value is TrialProgress =>
  typeof value === 'object' && value !== null && 'epochs' in value;

const readOne = async (client: Client, workflowId: string): Promise<TrialProgress | null> => {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  for (const activity of raw.pendingActivities ?? []) {
    const payload = activity.heartbeatDetails?.payloads?.[0];
    const details = payload == null ? null : defaultPayloadConverter.fromPayload(payload);
    if (isProgress(details)) {
      return details;
    }
  }
  return null;
};

/** Trial id to progress, for the running trials that have reported any. */
export const readProgress = async (
  client: Client,
  snapshot: ExperimentSnapshot,
): Promise<Readonly<Record<string, TrialProgress>>> => {
  const running = snapshot.trials.filter(({ status }) => status === 'running');
  const entries = await Promise.all(
    running.map(async ({ trialId, workflowId }) => {
      // A trial that has just been started may not exist on the server yet.
      const progress = await readOne(client, workflowId).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'WorkflowNotFoundError') {
          return null;
        }
        throw error;
      });
      return progress === null ? [] : [[trialId, progress] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
};
