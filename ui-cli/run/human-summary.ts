/** What a person reads on stdout when an experiment has ended. */

import { type ExperimentSnapshot, type ExperimentView, totalSeconds } from '../../contracts/experiment.ts';
import type { GateVerdict, VerdictSince } from '../../contracts/gate.ts';
import type { Objective } from '../../contracts/objective.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { gateLink, mlflowLink, temporalLink } from '../platform/links.ts';
import { formatDuration, formatMetric, formatParams } from '../text/formats.ts';
import { gateLines } from '../text/gate-lines.ts';
import { dataLines } from '../text/label-table.ts';
import { baselineWarnings, metricName, metricTable } from '../text/metric-table.ts';
import { nextCommands } from '../text/next-commands.ts';
import { bestEpochText, shownValue } from '../text/objective.ts';
import { section } from '../text/section.ts';
import { type Column, formatTextTable, USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { trialStatusText } from '../text/trial-status.ts';

const trialColumns = ({ metric }: Objective): readonly Column[] => [
  { title: 'trial' },
  { title: 'status' },
  { title: metricName(metric), align: 'right' },
  { title: 'val loss', align: 'right' },
  { title: 'epoch', align: 'right' },
  { title: 'time', align: 'right' },
  { title: 'parameters' },
];

const trialRow = (trial: TrialView, snapshot: ExperimentSnapshot, isBest: boolean): readonly string[] => {
  const { result } = trial;
  return [
    `${isBest ? '*' : ' '} ${trial.trialId}`,
    trialStatusText(trial.status, snapshot),
    formatMetric(shownValue(trial, snapshot.objective)),
    formatMetric(result?.bestValLoss),
    bestEpochText(trial),
    result === null ? '–' : formatDuration(result.seconds),
    [formatParams(trial.params), trial.error?.message ?? trial.reason].filter((part) => part !== null).join(': '),
  ];
};

const INDENT = '  ';

const trialLines = (view: ExperimentView, width: number): readonly string[] =>
  view.trials.length === 0
    ? []
    : formatTextTable(
        trialColumns(view.objective),
        view.trials.map((trial) => trialRow(trial, view, trial.trialId === view.bestTrialId)),
        width,
      );

/** The star is explained where a trial has it. */
const trialsTitle = ({ bestTrialId, objective }: ExperimentView): string =>
  bestTrialId === null ? 'Trials' : `Trials (* best by validation ${metricName(objective.metric)})`;

/** Nothing is chosen among them: none has a star. */
const replicateLines = (snapshot: ExperimentSnapshot, width: number): readonly string[] =>
  snapshot.replicates === undefined || snapshot.replicates.trials.length === 0
    ? []
    : formatTextTable(
        trialColumns(snapshot.objective),
        snapshot.replicates.trials.map((trial) => trialRow(trial, snapshot, false)),
        width,
      );

export const replicateSection = (snapshot: ExperimentSnapshot, width: number): readonly string[] =>
  section(`Replicates of ${snapshot.bestTrialId}: other seeds, for the gate`, replicateLines(snapshot, width));

const testLines = ({ test }: ExperimentView): readonly string[] =>
  test === null ? [] : [...metricTable('test', test), ...baselineWarnings(test)];

const CLOSE_THEM = 'Some runs are still open: `tt-exp doctor --repair` closes them.';

/** What closing the experiment has left undone; nothing where all is in order. */
export const problemLines = ({ problems = [] }: Pick<ExperimentSnapshot, 'problems'>): readonly string[] =>
  problems.length === 0 ? [] : [...problems, CLOSE_THEM];

const nextSteps = (
  { experimentId: id, status }: ExperimentView,
  gate: Pick<GateVerdict | VerdictSince, 'decision'>,
): readonly string[] => {
  if (gate.decision === 'awaiting_approval') {
    return nextCommands(id, 'approve', 'reject');
  }
  return status === 'completed'
    ? ['run it again: tt-exp run <config> (finished trials are reused, unless --fresh)', 'list all:     tt-exp list']
    : nextCommands(id, 'retry');
};

export interface SummaryOptions {
  readonly width?: number;
  /** What became of its candidate since; null: nothing. */
  readonly since?: VerdictSince | null;
}

/** Pure: the lines of the report on an experiment that has ended; only addresses and commands may be wider. */
export const humanSummary = (
  view: ExperimentView,
  addresses: ServiceAddresses,
  { width = USUAL_WIDTH, since = null }: SummaryOptions = {},
): readonly string[] => {
  const room = width - INDENT.length;
  const wrapped = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => wrapLine(line, room));
  const gatePage = gateLink(addresses, view);
  const backend = view.tensorflow === null ? '' : ` on ${view.tensorflow.library} (${view.tensorflow.backend})`;
  return [
    `${view.experimentId}: ${view.status} after ${formatDuration(totalSeconds(view))}${backend}`,
    ...section('Data', wrapped(dataLines(view))),
    ...section(trialsTitle(view), trialLines(view, room)),
    ...replicateSection(view, room),
    ...section('Test part, best trial', wrapped(testLines(view))),
    ...section('Gate', wrapped(gateLines(view, since))),
    ...section('Not recorded or closed in MLflow', wrapped(problemLines(view))),
    ...section('Links', [
      `MLflow    ${mlflowLink(addresses, view)}`,
      ...(gatePage === null ? [] : [`gate      ${gatePage}`]),
      `Temporal  ${temporalLink(addresses, view.workflowId)}`,
    ]),
    ...section('Next', nextSteps(view, since ?? view.gate)),
  ];
};
