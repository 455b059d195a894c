/** Views show the latest epoch of a trial: those between two views are asked for when the trial ends. */
import type { RecordedEpoch } from '../../client/facts-reader.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ObjectiveName } from '../../contracts/objective.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { type ExperimentEvent, event } from './event.ts';
import { epochEvent } from './trial-events.ts';

export interface MissedEpochs {
  /** What is to be told before an event. Never rejects: that epochs are missing is an event too. */
  before(event: ExperimentEvent, view: ExperimentView): Promise<readonly ExperimentEvent[]>;
}

const trialOf = ({ trials, replicates }: ExperimentView, trialId: string): TrialView | undefined =>
  [...trials, ...(replicates?.trials ?? [])].find((trial) => trial.trialId === trialId);

const whyMissing = (error: unknown): string => {
  const isStopped = error instanceof TtExpError && (error.code === 'INTERRUPTED' || error.code === 'TIMED_OUT');
  return isStopped
    ? 'the command ended before MLflow answered'
    : `MLflow does not answer: ${error instanceof Error ? error.message : String(error)}`;
};

export const createMissedEpochs = (
  ask: (runId: string, metric: ObjectiveName) => Promise<readonly RecordedEpoch[]>,
): MissedEpochs => {
  const told = new Map<string, Set<number>>();
  const toldOf = (trialId: string): Set<number> => {
    const known = told.get(trialId) ?? new Set();
    told.set(trialId, known);
    return known;
  };

  /** A reused trial was trained elsewhere. */
  const missedOf = async (trialId: string, view: ExperimentView): Promise<readonly ExperimentEvent[]> => {
    const trial = trialOf(view, trialId);
    const known = toldOf(trialId);
    const epochs = trial?.result?.epochs ?? null;
    if (trial === undefined || trial.runId === null || trial.isReused || (epochs !== null && known.size >= epochs)) {
      return [];
    }
    const recorded = await ask(trial.runId, view.objective.metric);
    return recorded
      .filter(({ epoch }) => !known.has(epoch))
      .map((epoch) => epochEvent(trialId, epoch, epochs, view.objective));
  };

  return {
    before: async ({ data }, view) => {
      if (data.type === 'epoch') {
        toldOf(data.trial_id).add(data.epoch);
      }
      if (data.type !== 'trial_ended') {
        return [];
      }
      const id = data.trial_id;
      try {
        return await missedOf(id, view);
      } catch (error) {
        const message = `${id}: epochs between two looks are missing, because ${whyMissing(error)}`;
        return [event(`missed:${id}`, { type: 'warning', message }, message)];
      } finally {
        told.delete(id);
      }
    },
  };
};
