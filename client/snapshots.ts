/** Snapshots in today's form, whatever version of the workflow has answered. */
import type { Client } from '@temporalio/client';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import { isCurrent, type RecordedSnapshot, readSnapshot } from '../contracts/read-snapshot.ts';
import { readInput } from './recorded-input.ts';

/** Of an earlier version the config is asked for as well: it knows what the trials were compared by. */
export const inTodaysForm = async (
  client: Client,
  workflowId: string,
  recorded: RecordedSnapshot,
): Promise<ExperimentSnapshot> =>
  isCurrent(recorded) ? recorded : readSnapshot(recorded, (await readInput(client, workflowId)).config);

/** Answered by a worker; rejects where none does. */
export const querySnapshot = async (client: Client, workflowId: string): Promise<ExperimentSnapshot> =>
  inTodaysForm(client, workflowId, await client.workflow.getHandle(workflowId).query<RecordedSnapshot, []>('snapshot'));
