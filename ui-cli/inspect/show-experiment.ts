/** `tt-exp show`: leaderboard, parameter importances, budgets and links of an experiment. */

import { EXIT } from '../../contracts/errors.ts';
import { type ExperimentSnapshot, type ExperimentView, hasChosen } from '../../contracts/experiment.ts';
import type { ExperimentFacts } from '../../contracts/experiment-facts.ts';
import type { VerdictSince } from '../../contracts/gate.ts';
import type { ParameterImportances } from '../../contracts/importance.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import type { TrialStatus, TrialView } from '../../contracts/trial.ts';
import { improvements } from '../../policy/ranking.ts';
import { gateLink, mlflowLink, temporalLink } from '../platform/links.ts';
import { isPaused } from '../run/follow-experiment.ts';
import { problemLines, replicateSection } from '../run/human-summary.ts';
import { summariseSweep, summariseTrial } from '../run/summary.ts';
import { formatDuration, formatMetric, formatParams } from '../text/formats.ts';
import { gateLines } from '../text/gate-lines.ts';
import { dataSummaryLines } from '../text/label-table.ts';
import { metricName } from '../text/metric-table.ts';
import { bestEpochText, shownValue } from '../text/objective.ts';
import { printJson, printLines } from '../text/output.ts';
import { section } from '../text/section.ts';
import { stepText, toldSteps } from '../text/step-text.ts';
import { formatTextTable, USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { trialStatusText } from '../text/trial-status.ts';
import { importanceLines } from './importance-lines.ts';
import type { InspectRuntime } from './inspect-runtime.ts';
import { type BudgetUse, budgetUse, countTrials, leaderboardOf, trainedEpochs } from './leaderboard.ts';
import { withFacts } from './with-facts.ts';

export interface ShowOptions {
  readonly limit: number;
  readonly isJson: boolean;
}

const trialCells = (trial: TrialView, place: number, snapshot: ExperimentSnapshot): readonly string[] => {
  const { bestTrialId, objective } = snapshot;
  const { trialId, status, result, params, reason, error } = trial;
  const why = reason ?? error?.message ?? null;
  return [
    String(place),
    `${trialId === bestTrialId ? '*' : ' '} ${trialId}`,
    formatMetric(shownValue(trial, objective)),
    bestEpochText(trial),
    result === null ? '–' : formatDuration(result.seconds),
    trialStatusText(status, snapshot),
    [formatParams(params), why].filter((part) => part !== null).join(': '),
  ];
};

const number = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(value < 1 ? 4 : 6)));

const budgetLine = ({ name, used, limit }: BudgetUse): readonly string[] => {
  if (name === 'target') {
    return limit === null ? [] : [`target  ${number(limit)}, best so far ${number(used)}`];
  }
  return [`${name}  ${number(used)}${limit === null ? ', no limit' : ` of ${number(limit)}`}`];
};

const statusLine = ({ snapshot }: ExperimentFacts): string => {
  const { experimentId, status, phase, sweep } = snapshot;
  const paused = isPaused(snapshot) ? ', paused' : '';
  const halted = sweep?.halt == null ? '' : `, no more trials start: ${sweep.halt}`;
  return `${experimentId}: ${status === 'running' ? `${phase}${paused}` : status}${halted}`;
};

const countLine = (snapshot: ExperimentSnapshot): string => {
  const { trials } = snapshot;
  const counts = Object.entries(countTrials(trials)) as readonly (readonly [TrialStatus, number])[];
  const parts = counts.flatMap(([status, count]) =>
    count === 0 ? [] : [`${count} ${trialStatusText(status, snapshot)}`],
  );
  return `${trials.length} trials: ${parts.join(', ')}; ${trainedEpochs(trials)} epochs trained`;
};

/** What the star means, where a row has it: trials that were cancelled or failed are no candidates. */
const starLegend = (snapshot: ExperimentSnapshot, shown: readonly TrialView[]): string =>
  shown.some(({ trialId }) => trialId === snapshot.bestTrialId)
    ? ` (* ${hasChosen(snapshot) ? 'chosen' : 'best so far'})`
    : '';

interface Shown {
  readonly facts: ExperimentFacts;
  /** null without a sweep. */
  readonly importances: ParameterImportances | null;
  /** null where nothing became of the candidate since the experiment ended. */
  readonly since: VerdictSince | null;
  readonly addresses: ServiceAddresses;
}

const importanceTitle = (importances: ParameterImportances): string =>
  importances.kind === 'measured'
    ? `Parameter importances (fANOVA, ${importances.trials} completed trials)`
    : 'Parameter importances';

const showLines = (
  { facts, importances, since, addresses }: Shown,
  { limit, width }: { readonly limit: number; readonly width: number },
): readonly string[] => {
  const { config, snapshot } = facts;
  const { trials, bestTrialId, timings, workflowId, objective } = snapshot;
  const ranked = leaderboardOf(snapshot);
  const shown = ranked.slice(0, limit);
  const view: ExperimentView = { ...snapshot, progress: {} };
  const gatePage = gateLink(addresses, snapshot);
  return [
    statusLine(facts),
    ...(facts.extends === null ? [] : [`extends ${facts.extends}`]),
    ...toldSteps(facts).flatMap((step) => wrapLine(`${snapshot.phase}: ${stepText(step)}`, width)),
    ...(trials.length === 0 ? [] : [countLine(snapshot)]),
    ...section('Data', dataSummaryLines(snapshot)),
    ...section(
      `Leaderboard by validation ${metricName(objective.metric)}${starLegend(snapshot, shown)}`,
      trials.length === 0
        ? []
        : [
            ...formatTextTable(
              [
                { title: '', align: 'right' },
                { title: 'trial' },
                { title: 'value', align: 'right' },
                { title: 'epoch', align: 'right' },
                { title: 'time', align: 'right' },
                { title: 'status' },
                { title: 'parameters' },
              ],
              shown.map((trial, place) => trialCells(trial, place + 1, snapshot)),
              width - 2,
            ),
            ...(ranked.length > limit ? [`and ${ranked.length - limit} more: --limit ${ranked.length}`] : []),
          ],
    ),
    ...section(
      'Best so far',
      improvements(trials, objective.direction).map(({ trialId, value }) => `${trialId}  ${formatMetric(value)}`),
    ),
    ...replicateSection(snapshot, width - 2),
    ...(importances === null ? [] : section(importanceTitle(importances), importanceLines(importances))),
    ...section('Budgets', budgetUse(config, snapshot, timings.train ?? null).flatMap(budgetLine)),
    ...section(
      'Gate',
      gateLines(snapshot, since).flatMap((line) => wrapLine(line, width - 2)),
    ),
    ...section('Error', snapshot.error === null ? [] : [snapshot.error.message]),
    ...section('Not recorded or closed in MLflow', problemLines(snapshot)),
    ...section('Links', [
      `MLflow    ${mlflowLink(addresses, view)}`,
      ...(gatePage === null ? [] : [`gate      ${gatePage}`]),
      ...(facts.origin === 'temporal' ? [`Temporal  ${temporalLink(addresses, workflowId)}`] : []),
      `why       tt-exp why ${snapshot.experimentId} ${bestTrialId ?? 'trial-000'}`,
    ]),
  ];
};

const showJson = ({ facts, importances, since, addresses }: Shown, limit: number): object => {
  const { config, snapshot } = facts;
  const { trials, timings, experimentId, workflowId, status, phase, bestTrialId, gate, model, sweep } = snapshot;
  const { dataset, source, leftOut, dataWarnings, objective } = snapshot;
  return {
    experiment_id: experimentId,
    workflow_id: workflowId,
    status,
    phase,
    steps: (facts.steps ?? []).map(({ name, attempt, mostAttempts, lastError }) => ({
      ...{ name, attempt, most_attempts: mostAttempts, last_error: lastError },
    })),
    source: facts.origin,
    extends: facts.extends,
    dataset: dataset === null ? null : { version: dataset.version, source, left_out: leftOut, warnings: dataWarnings },
    metric: objective.metric,
    counts: { ...countTrials(trials), total: trials.length, epochs_trained: trainedEpochs(trials) },
    sweep: summariseSweep(sweep),
    leaderboard: leaderboardOf(snapshot)
      .slice(0, limit)
      .map((trial, place) => ({ place: place + 1, value: trial.value, ...summariseTrial(trial, undefined) })),
    best_so_far: improvements(trials, objective.direction).map(({ trialId, value }) => ({ trial_id: trialId, value })),
    best: bestTrialId,
    replicates: (snapshot.replicates?.trials ?? []).map((trial) => summariseTrial(trial, undefined)),
    importances,
    budgets: Object.fromEntries(
      budgetUse(config, snapshot, timings.train ?? null).map(({ name, used, limit: most }) => [
        name,
        { used, limit: most },
      ]),
    ),
    gate,
    gate_since: since,
    model,
    error: snapshot.error,
    problems: snapshot.problems ?? [],
    urls: {
      mlflow: mlflowLink(addresses, snapshot),
      temporal: temporalLink(addresses, workflowId),
    },
  };
};

export const showExperiment = (
  runtime: InspectRuntime,
  text: string,
  { limit, isJson }: ShowOptions,
): Promise<number> =>
  withFacts(runtime, text, async ({ facts, analysis, verdictSince, platform: { addresses } }) => {
    const shown = { facts, importances: analysis.importances(facts), since: await verdictSince(), addresses };
    if (isJson) {
      printJson(runtime.io, showJson(shown, limit));
    } else {
      const { stdout } = runtime.io;
      printLines(stdout, showLines(shown, { limit, width: stdout.columns || USUAL_WIDTH }));
    }
    return EXIT.done;
  });
