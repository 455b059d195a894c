/** `tt-exp replay`: an experiment's decisions made again from its facts, as they were or under another config. */
import { changeConfig } from '../../config/change-config.ts';
import { EXIT } from '../../contracts/errors.ts';
import {
  type Counterfactual,
  type CounterfactualTrial,
  REPLAY_SUBJECTS,
  type ReplayStep,
  type SweepReplay,
} from '../../contracts/replay.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { formatMetric, formatParams } from '../text/formats.ts';
import { printJson, printLines, toSnakeCase } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import type { InspectRuntime } from './inspect-runtime.ts';
import { type RecordedExperiment, withFacts } from './with-facts.ts';

export interface ReplayOptions {
  readonly set: readonly string[];
  readonly isJson: boolean;
}

const stepLine = ({ subject, trialId, epoch, recorded, derived }: ReplayStep): string =>
  `${[subject, trialId, epoch === null ? null : `epoch ${epoch}`].filter((part) => part !== null).join(' ')}: recorded ${recorded}, replayed ${derived}`;

const countsOf = ({ steps }: SweepReplay) =>
  REPLAY_SUBJECTS.map((subject) => {
    const own = steps.filter((step) => step.subject === subject);
    const count = (verdict: ReplayStep['verdict']): number => own.filter((step) => step.verdict === verdict).length;
    return { subject, agrees: count('agrees'), differs: count('differs'), unknown: count('unknown') };
  });

const replayLines = (id: string, replay: SweepReplay): readonly string[] => [
  `${id}: ${replay.agrees ? 'every decision follows from the recorded facts' : 'a decision does not follow from the recorded facts'}`,
  '',
  ...formatTable(
    [
      { title: 'decisions' },
      { title: 'agree', align: 'right' },
      { title: 'differ', align: 'right' },
      { title: 'unknown', align: 'right' },
    ],
    countsOf(replay).map(({ subject, agrees, differs, unknown }) => [
      subject,
      String(agrees),
      String(differs),
      String(unknown),
    ]),
  ),
  ...replay.steps.filter(({ verdict }) => verdict === 'unknown').map((step) => `unknown: ${stepLine(step)}`),
  ...replay.steps.flatMap(({ subject, note }) => (note === undefined ? [] : [`note: ${subject}: ${note}`])),
  ...(replay.firstDifference === null ? [] : ['', `first difference: ${stepLine(replay.firstDifference)}`]),
];

const trialCells = (trial: CounterfactualTrial): readonly string[] => {
  const { trialId, outcome, epochs, value, recorded, reason, params } = trial;
  return [
    trialId,
    outcome.replace('_', ' '),
    String(epochs),
    formatMetric(value),
    recorded === null
      ? '–'
      : `${recorded.trialId === trialId ? '' : `${recorded.trialId} `}${recorded.status}, ${recorded.epochs}`,
    [formatParams(params), reason].filter((part) => part !== null).join(': '),
  ];
};

const counterfactualLines = (id: string, set: readonly string[], result: Counterfactual): readonly string[] => {
  const { epochs, recordedEpochs, best, isBestCertain, trials, notes } = result;
  const trained = epochs.least === epochs.most ? String(epochs.least) : `${epochs.least} to ${epochs.most}`;
  const bestText = best === null ? 'unknown' : `${best.trialId} with ${formatMetric(best.value)}`;
  return [
    `${id} with ${set.join(', ')}:`,
    '',
    ...formatTable(
      [
        { title: 'trial' },
        { title: 'would be' },
        { title: 'epochs', align: 'right' },
        { title: 'value', align: 'right' },
        { title: 'was' },
        { title: 'parameters' },
      ],
      trials.map(trialCells),
    ),
    '',
    `epochs trained: ${trained}, recorded ${recordedEpochs}`,
    `best trial: ${bestText}${best === null || isBestCertain ? '' : ' of the known ones; an unknown one may be better'}`,
    ...notes.map((note) => `note: ${note}`),
  ];
};

const replayAsRecorded = async (
  { io }: ProcessRuntime,
  { id, facts, analysis, curves }: RecordedExperiment,
  isJson: boolean,
): Promise<number> => {
  const replay = analysis.replay(facts, await curves());
  if (isJson) {
    const { agrees, firstDifference, steps } = replay;
    const counts = Object.fromEntries(countsOf(replay).map(({ subject, ...rest }) => [subject, rest]));
    printJson(io, {
      experiment_id: id,
      agrees,
      counts,
      first_difference: toSnakeCase(firstDifference),
      steps: toSnakeCase(steps),
    });
  } else {
    printLines(io.stdout, replayLines(id, replay));
  }
  return replay.agrees ? EXIT.done : EXIT.failed;
};

const replayChanged = async (
  { io }: ProcessRuntime,
  { id, facts, analysis, curves }: RecordedExperiment,
  { set, isJson }: ReplayOptions,
): Promise<number> => {
  const changed = changeConfig(facts.config, set, `the config of ${id}`);
  const result = analysis.counterfactual(facts, changed, await curves());
  if (isJson) {
    const { trials, ...rest } = result;
    printJson(io, {
      experiment_id: id,
      set,
      ...(toSnakeCase(rest) as object),
      trials: trials.map(({ params, ...trial }) => ({ ...(toSnakeCase(trial) as object), params })),
    });
  } else {
    printLines(io.stdout, counterfactualLines(id, set, result));
  }
  return EXIT.done;
};

/** Ends with 1 where a recorded decision does not follow from the facts. */
export const replayExperiment = (runtime: InspectRuntime, text: string, options: ReplayOptions): Promise<number> =>
  withFacts(runtime, text, (experiment) =>
    options.set.length === 0
      ? replayAsRecorded(runtime, experiment, options.isJson)
      : replayChanged(runtime, experiment, options),
  );
