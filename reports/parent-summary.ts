/** What MLflow's page of an experiment's parent run shows: its best trial as metrics and parameters, and a note. */
import type { ExperimentSnapshot, SweepFacts } from '../contracts/experiment.ts';
import type { TrialView } from '../contracts/trial.ts';
import { metricTitle, paramsText } from './sweep-facts.ts';

export interface ParentSummary {
  /** Markdown. */
  readonly note: string;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Beyond it the note says how many more there are; sweep.json has all. */
const MOST_REUSED_LINKS = 50;

const figure = (value: number): string => value.toFixed(4);

/** Pages of the server that shows the note. */
const runLink = ({ mlflowExperimentId }: ExperimentSnapshot, title: string, runId: string): string =>
  `[${title}](#/experiments/${mlflowExperimentId}/runs/${runId})`;

/** Nothing where all are reused: those belong to the parent run that they were trained for. */
const trialsLink = ({ mlflowExperimentId, parentRunId, trials, objective }: ExperimentSnapshot): readonly string[] => {
  const query = new URLSearchParams({
    workflowType: 'machine_learning',
    searchFilter: `tags.mlflow.parentRunId = "${parentRunId}"`,
    orderByKey: `metrics.\`best_val_${objective.metric}\``,
    orderByAsc: String(objective.direction === 'minimise'),
  });
  const address = `#/experiments/${mlflowExperimentId}/runs?${String(query).replaceAll('+', '%20')}`;
  return trials.every(({ isReused }) => isReused) ? [] : [`[Its trials, best first](${address})`];
};

const bestText = (snapshot: ExperimentSnapshot, { trialId, runId, value }: TrialView): string => {
  const { trials, test, objective } = snapshot;
  const name = runId === null ? trialId : runLink(snapshot, trialId, runId);
  const validation = value === null ? '' : `: ${metricTitle(objective)} ${figure(value)}`;
  const tested = test === null ? '' : `, test NDCG@10 ${figure(test.model.ndcg_at_10)}`;
  const of = trials.length === 1 ? 'The only trial is' : `The best of ${trials.length} trials is`;
  return `${of} **${name}**${validation}${tested}.`;
};

const paramsLines = ({ params }: TrialView): readonly string[] =>
  Object.keys(params).length === 0 ? [] : [`Parameters: ${paramsText(params)}.`];

const gateLines = ({ gate, model }: ExperimentSnapshot): readonly string[] => {
  const version = model === null ? '' : `: ${model.name} version ${model.version}`;
  return gate.decision === 'not_run' ? [] : [`Gate: ${gate.decision.replace('_', ' ')}${version}.`];
};

const reusedLines = (snapshot: ExperimentSnapshot): readonly string[] => {
  const links = snapshot.trials.flatMap(({ isReused, trialId, runId }) =>
    isReused && runId !== null ? [runLink(snapshot, trialId, runId)] : [],
  );
  const more = links.length > MOST_REUSED_LINKS ? `, and ${links.length - MOST_REUSED_LINKS} more in sweep.json` : '';
  return links.length === 0
    ? []
    : [`Results of earlier runs that were reused: ${links.slice(0, MOST_REUSED_LINKS).join(', ')}${more}.`];
};

export const parentSummary = ({ config, snapshot }: SweepFacts): ParentSummary => {
  const best = snapshot.trials.find(({ trialId }) => trialId === snapshot.bestTrialId) ?? null;
  const { status, error, test, objective } = snapshot;
  return {
    // MLflow shows three paragraphs before it is asked for more.
    note: [
      ...(error === null ? [] : [`It ${status === 'cancelled' ? 'was cancelled' : 'failed'}: ${error.message}`]),
      [...(best === null ? [] : [bestText(snapshot, best)]), ...trialsLink(snapshot)].join(' '),
      [...(best === null ? [] : paramsLines(best)), ...gateLines(snapshot)].join(' '),
      config.description,
      ...reusedLines(snapshot),
    ]
      .filter((paragraph) => paragraph !== '')
      .join('\n\n'),
    params: Object.fromEntries(
      Object.entries(best?.params ?? {}).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    metrics: {
      ...(best?.result == null
        ? {}
        : {
            best_val_ndcg_at_10: best.result.validation.ndcg_at_10,
            [`best_val_${objective.metric}`]: best.result.validation[objective.metric],
            best_epoch: best.result.bestEpoch,
          }),
      ...(test === null ? {} : { test_ndcg_at_10: test.model.ndcg_at_10 }),
    },
  };
};
