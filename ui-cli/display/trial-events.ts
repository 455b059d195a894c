/** What has happened to one trial. Pure. */
import type { RecordedEpoch } from '../../client/facts-reader.ts';
import type { Objective } from '../../contracts/objective.ts';
import { shownTraining, type TrialProgress, type TrialView } from '../../contracts/trial.ts';
import { summariseTrial } from '../run/summary.ts';
import { formatDuration, formatMetric, formatParams } from '../text/formats.ts';
import { epochText, objectiveText, shownValue } from '../text/objective.ts';
import { type ExperimentEvent, event } from './event.ts';

const epochLine = (trialId: string, record: RecordedEpoch, epochs: number | null, objective: Objective): string =>
  `${trialId}: epoch ${record.epoch}${epochs === null ? '' : `/${epochs}`} train_loss ${formatMetric(record.trainLoss)} ` +
  `val_loss ${formatMetric(record.valLoss)} ${epochText(record.validation, objective)}${record.isBest ? ' (best)' : ''}`;

/** @param epochs most epochs, where they are known */
export const epochEvent = (
  trialId: string,
  record: RecordedEpoch,
  epochs: number | null,
  objective: Objective,
): ExperimentEvent => {
  const { epoch, trainLoss, valLoss, validation, finishedAtMs, isBest } = record;
  return {
    subject: `epoch:${trialId}`,
    level: epoch,
    atMs: finishedAtMs,
    data: {
      type: 'epoch',
      trial_id: trialId,
      epoch,
      epochs,
      train_loss: trainLoss,
      val: { ...validation, loss: valLoss },
      is_best: isBest,
    },
    lines: [epochLine(trialId, record, epochs, objective)],
  };
};

const progressEvents = (
  trialId: string,
  progress: TrialProgress | undefined,
  objective: Objective,
): readonly ExperimentEvent[] => {
  if (progress === undefined) {
    return [];
  }
  const { last, resumedFromEpoch: epoch, epochs } = progress;
  const resumed = { type: 'trial_resumed', trial_id: trialId } as const;
  return [
    ...(epoch === null
      ? []
      : [
          {
            ...event(`resumed:${trialId}`, { ...resumed, epoch }, `${trialId}: resumed after epoch ${epoch}`),
            level: epoch,
          },
        ]),
    ...(last === null ? [] : [epochEvent(trialId, last, epochs, objective)]),
  ];
};

/** The best epoch is the one of the best NDCG@10. */
const scoreText = (trial: TrialView, objective: Objective): string => {
  const training = shownTraining(trial);
  if (training === null) {
    return '';
  }
  const [best, its] = objective.metric === 'ndcg_at_10' ? ['best ', ''] : ['', 'its best '];
  const value = objectiveText(objective, shownValue(trial, objective));
  return `, ${best}${value} at ${its}epoch ${training.bestEpoch} of ${training.epochs}`;
};

const endLine = (trial: TrialView, objective: Objective): string => {
  const { trialId, status, result, error, reason, params } = trial;
  const score = scoreText(trial, objective);
  switch (status) {
    case 'cached':
      return `${trialId}: cached, finished earlier${score} (${formatParams(params)})`;
    case 'failed':
      return `${trialId}: failed${score}: ${error?.code ?? 'INTERNAL'}: ${error?.message ?? 'no reason given'}`;
    default:
      return `${trialId}: ${status}${score}${result === null ? '' : `, ${formatDuration(result.seconds)}`}${reason === null ? '' : `: ${reason}`}`;
  }
};

const startEvent = ({ trialId, params, attempt }: TrialView): ExperimentEvent => {
  const again = attempt === 1 ? 'started' : `attempt ${attempt}`;
  const data = { type: 'trial_started', trial_id: trialId, attempt, params } as const;
  return { ...event(`started:${trialId}`, data, `${trialId}: ${again} (${formatParams(params)})`), level: attempt };
};

export const trialEvents = (
  trial: TrialView,
  progress: TrialProgress | undefined,
  objective: Objective,
): readonly ExperimentEvent[] => {
  const { trialId, status, attempt } = trial;
  if (status === 'pending') {
    return [];
  }
  const data = { type: 'trial_ended', trial_id: trialId, trial: summariseTrial(trial, progress) } as const;
  return [
    ...(status === 'cached' ? [] : [startEvent(trial)]),
    ...progressEvents(trialId, progress, objective),
    ...(status === 'running'
      ? []
      : [{ ...event(`ended:${trialId}`, data, endLine(trial, objective)), level: attempt }]),
  ];
};
