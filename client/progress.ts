/**
 * Progress of running trials, read from the heartbeats of their trainings. The server tells them of one trial a call
 * (docs/adr/0013-watching-in-turns.md), so a watcher asks about a few trials at a time, in turns, and shows of the
 * others what it was told last.
 */
import { type Client, defaultPayloadConverter, WorkflowNotFoundError } from '@temporalio/client';
import { type ExperimentSnapshot, trainingsOf } from '../contracts/experiment.ts';
import type { TrialProgress, UnfinishedTrial } from '../contracts/trial.ts';

/** Trials that are asked about at a time, however many run: up to as many are never older than a poll. */
export const MOST_ASKED = 8;

type Trainings = Pick<ExperimentSnapshot, 'trials' | 'replicates'>;

type ProgressByTrial = Readonly<Record<string, TrialProgress>>;

export interface ProgressReader {
  /** Trial id to progress, for the running trials and replicates that have reported any. */
  read(snapshot: Trainings): Promise<ProgressByTrial>;
}

/** What was told of one training the last time. */
interface Told {
  readonly training: string;
  readonly turn: number;
  /** null: it waits for a worker. */
  readonly progress: TrialProgress | null;
}

/** Each rung and each attempt is a training of its own: what was told of another one says nothing of it. */
const trainingOf = ({ attempt, reports }: UnfinishedTrial): string => `${attempt}/${reports.length}`;

const inFlight = (snapshot: Trainings): readonly UnfinishedTrial[] =>
  trainingsOf(snapshot).filter(
    (trial): trial is UnfinishedTrial => trial.status === 'running' && trial.isInFlight !== false,
  );

/**
 * Half of the places go to trials at work, half to those that wait for a worker or have just begun, and what one half
 * leaves to the other: hundreds that wait do not take the turns of the few that train. Longest not asked first.
 */
const chooseTrials = (
  running: readonly UnfinishedTrial[],
  told: ReadonlyMap<string, Told>,
): readonly UnfinishedTrial[] => {
  const turnOf = ({ trialId }: UnfinishedTrial): number => told.get(trialId)?.turn ?? -1;
  const isAtWork = ({ trialId }: UnfinishedTrial): boolean => (told.get(trialId)?.progress ?? null) !== null;
  const inTurn = running.toSorted((a, b) => turnOf(a) - turnOf(b));
  const atWork = inTurn.filter(isAtWork);
  const waiting = inTurn.filter((trial) => !isAtWork(trial));
  const half = MOST_ASKED / 2;
  const places = Math.max(half, MOST_ASKED - waiting.length);
  const chosen = atWork.slice(0, places);
  return [...chosen, ...waiting.slice(0, MOST_ASKED - chosen.length)];
};

/** Keeps what it was told: one for each watcher. @param ask of one trial's workflow */
export const createProgressReader = (ask: (workflowId: string) => Promise<TrialProgress | null>): ProgressReader => {
  let told: ReadonlyMap<string, Told> = new Map();
  let turn = 0;
  return {
    read: async (snapshot) => {
      const running = inFlight(snapshot);
      const current = new Map(
        running.flatMap((trial) => {
          const last = told.get(trial.trialId);
          return last?.training === trainingOf(trial) ? [[trial.trialId, last] as const] : [];
        }),
      );
      turn += 1;
      const now = turn;
      await Promise.all(
        chooseTrials(running, current).map(async (trial) => {
          const answer = await ask(trial.workflowId);
          // Between two attempts nobody has a heartbeat: what it had trained it still has.
          const progress = answer ?? current.get(trial.trialId)?.progress ?? null;
          current.set(trial.trialId, { training: trainingOf(trial), turn: now, progress });
        }),
      );
      told = current;
      return Object.fromEntries(
        [...current].flatMap(([trialId, { progress }]) => (progress === null ? [] : [[trialId, progress] as const])),
      );
    },
  };
};

const isProgress = (value: unknown): value is TrialProgress =>
  typeof value === 'object' && value !== null && 'epochs' in value;

/** One call. null where no worker trains it yet, and where it has just been started or ended. */
export const askTrial = async (client: Client, workflowId: string): Promise<TrialProgress | null> => {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const details = (raw.pendingActivities ?? []).map(({ heartbeatDetails }) => {
      const payload = heartbeatDetails?.payloads?.[0];
      return payload == null ? null : defaultPayloadConverter.fromPayload(payload);
    });
    return details.find(isProgress) ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return null;
    }
    throw error;
  }
};
