/** What has happened in an experiment, each event told once however often views repeat it. */

import { type ExperimentView, PHASES, type Phase, phaseBeganAtMs } from '../../contracts/experiment.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { summariseDataset } from '../run/summary.ts';
import { formatDuration, formatMetric, HALT_TEXT } from '../text/formats.ts';
import { dataLines } from '../text/label-table.ts';
import { baselineWarnings } from '../text/metric-table.ts';
import { objectiveText, shownValue } from '../text/objective.ts';
import { stepText, toldSteps } from '../text/step-text.ts';
import { type ExperimentEvent, event } from './event.ts';
import { trialEvents } from './trial-events.ts';

/** Subject to the highest level that was told. */
export type ToldEvents = Readonly<Record<string, number>>;

export const NOTHING_TOLD: ToldEvents = {};

const replicateEvents = (replicates: readonly TrialView[], view: ExperimentView): readonly ExperimentEvent[] =>
  replicates.length === 0
    ? []
    : [
        event(
          'replicates',
          { type: 'replicates_started', trial_id: view.bestTrialId ?? '', count: replicates.length },
          `gate: trains ${view.bestTrialId} with ${replicates.length} other seeds`,
        ),
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
      : [
          event(
            `tensorflow:${tensorflow.backend}`,
            { type: 'tensorflow', tensorflow },
            `tensorflow: ${tensorflow.backend}, ${tensorflow.library}`,
          ),
        ]),
    ...(best === undefined
      ? []
      : [
          event(
            `best:${best.trialId}`,
            {
              type: 'best_changed',
              trial_id: best.trialId,
              metric: objective.metric,
              value: shownValue(best, objective),
            },
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
    event(
      'test',
      { type: 'tested', test },
      `test: NDCG@10 ${formatMetric(test.model.ndcg_at_10)} (${baselines.join(', ')})`,
    ),
    ...baselineWarnings(test).map((warning, place) =>
      event(`baseline-warning:${place}`, { type: 'warning', message: warning.replace(/^warning: /, '') }, warning),
    ),
  ];
};

const modelEvents = ({ model }: ExperimentView): readonly ExperimentEvent[] =>
  model === null
    ? []
    : [
        event(
          'model',
          { type: 'registered', name: model.name, version: model.version },
          `model: ${model.name} version ${model.version}`,
        ),
      ];

/** Verdict and aliases are the last that the phase does. null while it runs: whoever watches sees them come. */
const gateEndedAtMs = (view: ExperimentView): number | null =>
  view.timings.gate === undefined ? null : Math.round(phaseBeganAtMs(view, 'gate') + view.timings.gate * 1000);

const gateEvents = (view: ExperimentView): readonly ExperimentEvent[] => {
  const { gate, model } = view;
  const told = [
    ...(gate.decision === 'not_run'
      ? []
      : [
          event(
            `gate:${gate.decision}`,
            { type: 'gate', decision: gate.decision, reasons: gate.reasons },
            `gate: ${gate.decision.replace('_', ' ')}`,
            ...gate.reasons.map((reason) => `gate: ${reason}`),
          ),
        ]),
    ...(model === null || model.aliases.length === 0
      ? []
      : [
          event(
            `aliases:${model.aliases.join()}`,
            { type: 'aliases_changed', name: model.name, version: model.version, aliases: model.aliases },
            // Told of one that ended long ago as well: what holds by now is the summary's.
            `model: ${model.name} version ${model.version} became ${model.aliases.join(', ')}`,
          ),
        ]),
  ];
  const atMs = gateEndedAtMs(view);
  return told.map((one) => ({ ...one, atMs }));
};

const INSIDE: Readonly<Partial<Record<Phase, (view: ExperimentView) => readonly ExperimentEvent[]>>> = {
  encode: (view) =>
    view.dataset === null
      ? []
      : [event('dataset', { type: 'dataset', dataset: summariseDataset(view) }, ...dataLines(view))],
  train: trainEvents,
  evaluate: testEvents,
  register: modelEvents,
  gate: gateEvents,
};

const stepEvents = (view: ExperimentView): readonly ExperimentEvent[] =>
  toldSteps(view).map((step) => {
    const { id, name, attempt, mostAttempts, lastError } = step;
    const { phase } = view;
    const facts = { step: name, attempt, most_attempts: mostAttempts, last_error: lastError };
    const told = event(
      `step:${phase}:${name}:${id}`,
      { type: 'step_attempt', phase, ...facts },
      `${phase}: ${stepText(step)}`,
    );
    return { ...told, level: attempt };
  });

const finishedEvent = (phase: Phase, seconds: number, startMs: number): ExperimentEvent => ({
  ...event(
    `finished:${phase}`,
    { type: 'phase_finished', phase, seconds },
    `${phase}: finished after ${formatDuration(seconds)}`,
  ),
  atMs: Math.round(startMs + seconds * 1000),
});

const phaseEvents = (view: ExperimentView, phase: Phase): readonly ExperimentEvent[] => {
  const seconds = view.timings[phase];
  const hasBegun = seconds !== undefined || view.phase === phase;
  if (phase === 'done' || !hasBegun) {
    return [];
  }
  const startMs = phaseBeganAtMs(view, phase);
  const begun = { type: 'phase_started', phase } as const;
  return [
    { ...event(`begun:${phase}`, begun, `${phase}: started`), atMs: Math.round(startMs) },
    ...(INSIDE[phase]?.(view) ?? []),
    ...(view.phase === phase ? stepEvents(view) : []),
    ...(seconds === undefined ? [] : [finishedEvent(phase, seconds, startMs)]),
  ];
};

const haltEvents = ({ sweep }: ExperimentView): readonly ExperimentEvent[] =>
  sweep?.halt == null
    ? []
    : [
        event(
          `halt:${sweep.halt}`,
          { type: 'sweep_halted', reason: sweep.halt },
          `sweep: no more trials start: ${HALT_TEXT[sweep.halt]}`,
        ),
      ];

/** Pauses come and go: an odd level says that the last word was "paused". */
const pauseEvents = (told: ToldEvents, { sweep, status }: ExperimentView): readonly ExperimentEvent[] => {
  const level = told.paused ?? 0;
  if (sweep === null || status !== 'running' || sweep.isPaused === (level % 2 === 1)) {
    return [];
  }
  const now = sweep.isPaused ? 'paused' : 'resumed';
  return [{ ...event('paused', { type: `sweep_${now}` }, `sweep: ${now}`), level: level + 1 }];
};

/** All events that a view knows of, in the order in which they come about. */
const eventsOf = (view: ExperimentView): readonly ExperimentEvent[] => [
  ...PHASES.flatMap((phase) => phaseEvents(view, phase)),
  ...(view.status === 'running'
    ? []
    : [
        {
          ...event('end', { type: 'ended', status: view.status }, `experiment: ${view.status}`),
          atMs: view.endedAtMs ?? null,
        },
      ]),
];

/** Pure: the events that `view` adds to what was told, and what is told then. */
export const tellEvents = (
  told: ToldEvents,
  view: ExperimentView,
): { readonly told: ToldEvents; readonly events: readonly ExperimentEvent[] } => {
  const events = [...eventsOf(view), ...pauseEvents(told, view)].filter(
    ({ subject, level }) => level > (told[subject] ?? -1),
  );
  return {
    told: { ...told, ...Object.fromEntries(events.map(({ subject, level }) => [subject, level])) },
    events,
  };
};
