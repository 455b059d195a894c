/** What has happened in an experiment, one line an event, each told once however often views repeat it. */

import { type ExperimentView, PHASES, type Phase } from '../../contracts/experiment.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { Objective } from '../../contracts/objective.ts';
import type { TrialProgress, TrialView } from '../../contracts/trial.ts';
import { formatDuration, formatMetric, formatParams, HALT_TEXT } from '../text/formats.ts';
import { dataLines } from '../text/label-table.ts';
import { baselineWarnings } from '../text/metric-table.ts';
import { epochText, objectiveText, shownValue } from '../text/objective.ts';

/** Subject to the highest level that was told. */
export type ToldEvents = Readonly<Record<string, number>>;

export const NOTHING_TOLD: ToldEvents = {};

interface ExperimentEvent {
  readonly subject: string;
  /** A later event of the same subject has a higher level: the epoch of a trial. */
  readonly level: number;
  readonly lines: readonly string[];
}

const event = (subject: string, ...lines: readonly string[]): ExperimentEvent => ({ subject, level: 0, lines });

const epochLine = (trialId: string, record: EpochRecord, epochs: number, objective: Objective): string =>
  `${trialId}: epoch ${record.epoch}/${epochs} train_loss ${formatMetric(record.trainLoss)} ` +
  `val_loss ${formatMetric(record.valLoss)} ${epochText(record.validation, objective)}${record.isBest ? ' (best)' : ''}`;

const progressEvents = (
  trialId: string,
  progress: TrialProgress | undefined,
  objective: Objective,
): readonly ExperimentEvent[] => {
  if (progress === undefined) {
    return [];
  }
  const { last, resumedFromEpoch, epochs } = progress;
  return [
    ...(resumedFromEpoch === null
      ? []
      : [
          {
            ...event(`resumed:${trialId}`, `${trialId}: resumed after epoch ${resumedFromEpoch}`),
            level: resumedFromEpoch,
          },
        ]),
    ...(last === null
      ? []
      : [{ ...event(`epoch:${trialId}`, epochLine(trialId, last, epochs, objective)), level: last.epoch }]),
  ];
};

/** The best epoch is the one of the best NDCG@10. */
const scoreText = (trial: TrialView, objective: Objective): string => {
  const { result } = trial;
  if (result === null) {
    return '';
  }
  const [best, its] = objective.metric === 'ndcg_at_10' ? ['best ', ''] : ['', 'its best '];
  const value = objectiveText(objective, shownValue(trial, objective));
  return `, ${best}${value} at ${its}epoch ${result.bestEpoch} of ${result.epochs}`;
};

const endLine = (trial: TrialView, objective: Objective): string => {
  const { trialId, status, result, error, reason, params } = trial;
  const score = scoreText(trial, objective);
  switch (status) {
    case 'cached':
      return `${trialId}: cached, finished earlier${score} (${formatParams(params)})`;
    case 'failed':
      return `${trialId}: failed: ${error?.code ?? 'INTERNAL'}: ${error?.message ?? 'no reason given'}`;
    default:
      return `${trialId}: ${status}${score}${result === null ? '' : `, ${formatDuration(result.seconds)}`}${reason === null ? '' : `: ${reason}`}`;
  }
};

const trialEvents = (
  trial: TrialView,
  progress: TrialProgress | undefined,
  objective: Objective,
): readonly ExperimentEvent[] => {
  const { trialId, status, params, attempt } = trial;
  if (status === 'pending') {
    return [];
  }
  const isCached = status === 'cached';
  const again = attempt === 1 ? 'started' : `attempt ${attempt}`;
  const started = isCached
    ? []
    : [{ ...event(`started:${trialId}`, `${trialId}: ${again} (${formatParams(params)})`), level: attempt }];
  const ended =
    status === 'running' ? [] : [{ ...event(`ended:${trialId}`, endLine(trial, objective)), level: attempt }];
  return [...started, ...progressEvents(trialId, progress, objective), ...ended];
};

const replicateEvents = (replicates: readonly TrialView[], view: ExperimentView): readonly ExperimentEvent[] =>
  replicates.length === 0
    ? []
    : [
        event('replicates', `gate: trains ${view.bestTrialId} with ${replicates.length} other seeds`),
        ...replicates.flatMap((trial) => trialEvents(trial, view.progress[trial.trialId], view.objective)),
      ];

const trainEvents = (view: ExperimentView): readonly ExperimentEvent[] => {
  const { trials, replicates, bestTrialId, tensorflow, objective } = view;
  const best = trials.find(({ trialId }) => trialId === bestTrialId);
  return [
    ...trials.flatMap((trial) => trialEvents(trial, view.progress[trial.trialId], objective)),
    ...haltEvents(view),
    ...(tensorflow === null
      ? []
      : [event(`tensorflow:${tensorflow.backend}`, `tensorflow: ${tensorflow.backend}, ${tensorflow.library}`)]),
    ...(best === undefined
      ? []
      : [
          event(
            `best:${best.trialId}`,
            `best so far: ${best.trialId}, ${objectiveText(objective, shownValue(best, objective))}`,
          ),
        ]),
    ...replicateEvents(replicates?.trials ?? [], view),
  ];
};

const testEvents = ({ test }: ExperimentView): readonly ExperimentEvent[] => {
  if (test === null) {
    return [];
  }
  const baselines = Object.entries(test.baselines).map(
    ([name, { ndcg_at_10 }]) => `${name} ${formatMetric(ndcg_at_10)}`,
  );
  return [
    event('test', `test: ndcg@10 ${formatMetric(test.model.ndcg_at_10)} (${baselines.join(', ')})`),
    ...baselineWarnings(test).map((warning, place) => event(`baseline-warning:${place}`, warning)),
  ];
};

const modelEvents = ({ model }: ExperimentView): readonly ExperimentEvent[] =>
  model === null ? [] : [event('model', `model: ${model.name} version ${model.version}`)];

const gateEvents = ({ gate, model }: ExperimentView): readonly ExperimentEvent[] => [
  ...(gate.decision === 'not_run'
    ? []
    : [event(`gate:${gate.decision}`, `gate: ${gate.decision}`, ...gate.reasons.map((reason) => `gate: ${reason}`))]),
  ...(model === null || model.aliases.length === 0
    ? []
    : [
        event(
          `aliases:${model.aliases.join()}`,
          `model: ${model.name} version ${model.version} is ${model.aliases.join(', ')}`,
        ),
      ]),
];

const INSIDE: Readonly<Partial<Record<Phase, (view: ExperimentView) => readonly ExperimentEvent[]>>> = {
  encode: (view) => (view.dataset === null ? [] : [event('dataset', ...dataLines(view))]),
  train: trainEvents,
  evaluate: testEvents,
  register: modelEvents,
  gate: gateEvents,
};

const phaseEvents = (view: ExperimentView, phase: Phase): readonly ExperimentEvent[] => {
  const seconds = view.timings[phase];
  const hasBegun = seconds !== undefined || view.phase === phase;
  if (phase === 'done' || !hasBegun) {
    return [];
  }
  return [
    event(`begun:${phase}`, `${phase}: started`),
    ...(INSIDE[phase]?.(view) ?? []),
    ...(seconds === undefined
      ? []
      : [event(`finished:${phase}`, `${phase}: finished after ${formatDuration(seconds)}`)]),
  ];
};

const haltEvents = ({ sweep }: ExperimentView): readonly ExperimentEvent[] =>
  sweep?.halt == null ? [] : [event(`halt:${sweep.halt}`, `sweep: no more trials start: ${HALT_TEXT[sweep.halt]}`)];

/** Pauses come and go: an odd level says that the last word was "paused". */
const pauseEvents = (told: ToldEvents, { sweep, status }: ExperimentView): readonly ExperimentEvent[] => {
  const level = told.paused ?? 0;
  if (sweep === null || status !== 'running' || sweep.isPaused === (level % 2 === 1)) {
    return [];
  }
  return [{ subject: 'paused', level: level + 1, lines: [`sweep: ${sweep.isPaused ? 'paused' : 'resumed'}`] }];
};

/** All events that a view knows of, in the order in which they come about. */
const eventsOf = (view: ExperimentView): readonly ExperimentEvent[] => [
  ...PHASES.flatMap((phase) => phaseEvents(view, phase)),
  ...(view.status === 'running' ? [] : [event('end', `experiment: ${view.status}`)]),
];

/** Pure: the lines that `view` adds to what was told, and what is told then. */
export const tellEvents = (
  told: ToldEvents,
  view: ExperimentView,
): { readonly told: ToldEvents; readonly lines: readonly string[] } => {
  const news = [...eventsOf(view), ...pauseEvents(told, view)].filter(
    ({ subject, level }) => level > (told[subject] ?? -1),
  );
  return {
    told: { ...told, ...Object.fromEntries(news.map(({ subject, level }) => [subject, level])) },
    lines: news.flatMap(({ lines }) => lines),
  };
};
