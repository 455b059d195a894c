/** The verdict of a gate as one page: what was decided, what it rests on, and how to compute it again. */
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { GateDetails, VerdictFacts } from '../contracts/gate-details.ts';
import { ARTIFACT } from '../contracts/names.ts';
import { comparisonSentence } from '../policy/gate/describe-verdict.ts';
import { percentText } from '../policy/gate/rules/gate-text.ts';
import { describeEngines } from '../policy/serving/diagnose-blessing.ts';
import { differenceChart } from './difference-chart.ts';
import { effectPlot } from './effect-plot.ts';
import { decisionText, otherName, ownName, trainingsOf } from './gate-facts.ts';
import { certaintyTable, guardsTable, rulesTable, sidesTable, slicesTable } from './gate-tables.ts';
import { page } from './page.ts';
import { element, escapeMarkup } from './svg.ts';
import { heading, list, paragraph } from './table.ts';

/** What the interval's lower end has to exceed. */
const boundOf = ({ rules }: DecidedVerdict): number | null =>
  rules.find(({ name }) => name === 'superior' || name === 'non_inferior')?.bound ?? null;

const userSections = (verdict: DecidedVerdict, details: GateDetails | null): readonly string[] => {
  if (verdict.ci === null) {
    return [];
  }
  return details === null
    ? [
        heading('Users'),
        paragraph('A later evaluation has replaced the per-user figures of this verdict; they are not shown.'),
      ]
    : [
        heading('Users'),
        ...(trainingsOf(verdict) === 1
          ? []
          : [paragraph('Of the candidate itself, without its other trainings: it is what would serve.')]),
        element('figure', { id: 'effects' }, effectPlot(details)),
        heading('NDCG@10 by slice'),
        slicesTable(details.slices, otherName(verdict)),
        paragraph(
          'Without intervals: a small group may differ by chance. For items: users who like items of that value.',
        ),
      ];
};

const blessingSection = ({ blessing }: DecidedVerdict): readonly string[] => {
  if (blessing === undefined) {
    return [];
  }
  const { outcome, reason, bundle, bundle_mb: megabytes, search, p99_bound_ms: allowedMs, bound } = blessing;
  const { served_ndcg_at_10: served, production_ndcg_at_10: production, p99_ms: withinMs } = blessing;
  const by = blessing.engines === undefined ? '' : `; users by engine: ${describeEngines(blessing.engines)}`;
  return [
    heading('Blessing'),
    paragraph(`${outcome === 'agrees' ? 'Blessed' : `Not blessed (${outcome})`}: ${reason}.`),
    list([
      ...(bundle === null ? [] : [`Bundle ${bundle}, ${megabytes} MB, ${search} search.`]),
      `NDCG@10 of the evaluation: ${blessing.evaluated_ndcg_at_10}.`,
      ...(served === null ? [] : [`Served with the router off: ${served}; accepted is a difference of ${bound}.`]),
      ...(production === null ? [] : [`Served as in production, with router and index: ${production}${by}.`]),
      ...(withinMs === null ? [] : [`99 % of requests within ${withinMs} ms; allowed are ${allowedMs} ms.`]),
    ]),
  ];
};

/** Nothing where nothing was spent on this look. */
const reuse = ({
  looks,
  shelf_life: life,
  alpha_spent: spent,
  is_used_up: isUsedUp,
}: DecidedVerdict): readonly string[] =>
  looks === null || life === null || spent === null
    ? []
    : [
        heading('Use of this test part'),
        paragraph(
          `This is look ${looks} of the ${life} that this test part has; ${Math.max(0, life - looks)} are left. ` +
            `The probability of a false promotion by any of them so far is at most ${percentText(spent)}.` +
            (isUsedUp === true ? ' Nothing was left for this look: only a person may promote.' : ''),
        ),
      ];

const notCovered = ({
  ci,
  seed_noise: seedNoise,
  champion_problem: problem,
  champion_stand_in: standIn,
}: DecidedVerdict): readonly string[] => [
  ...(problem === null
    ? []
    : [`The champion could not be evaluated, so nothing is known of the difference: ${problem}.`]),
  ...(seedNoise !== 'not measured'
    ? []
    : ['Seed noise: training the same settings with another seed may move the mean by more than the interval says.']),
  ...(standIn === null || ci === null
    ? []
    : ['The champion itself: its stand-in has the same settings, and was trained on other data than what serves now.']),
  ...(ci === null
    ? []
    : ['Other users than those of this test part, and later ones: the interval is over users like these.']),
  'Effects on what users do: a test part tells how well recorded likes are ranked, not what people would do.',
];

/** SQL of one user's difference: the candidate's mean over its trainings less the champion, or its stand-in. */
const differenceSql = (trainings: number): string => {
  const others = Array.from({ length: trainings - 1 }, (_, index) => ` + ndcg_replicate_${index + 2}`);
  const own = trainings === 1 ? 'ndcg_candidate' : `(ndcg_candidate${others.join('')}) / ${trainings}`;
  return `${own} - ndcg_champion`;
};

const recompute = (verdict: DecidedVerdict): readonly string[] => {
  const { ci, candidate, champion_stand_in: standIn } = verdict;
  const trainings = trainingsOf(verdict);
  const difference = differenceSql(trainings);
  return ci === null
    ? []
    : [
        heading('Compute it again'),
        paragraph(
          `Every test user is a row of the artifact ${ARTIFACT.gateUsers} of run ${candidate.run_id}, with NDCG@10 under each model${standIn === null ? '' : ' (ndcg_champion is that of the stand-in)'}. ` +
            `The difference is the mean over users of ${difference}; the interval holds the middle of such means over users${trainings === 1 ? '' : ' and trainings'} drawn with replacement; p is the share of sign flips of the differences whose mean is at least as far from 0.`,
        ),
        element(
          'pre',
          {},
          escapeMarkup(`SELECT count(*) AS users, avg(${difference}) AS difference FROM '${ARTIFACT.gateUsers}';`),
        ),
      ];
};

/** The last reason is the outcome, which stands above: what awaited approval before it does so no more. */
const notes = ({ reasons, decision }: DecidedVerdict): readonly string[] => {
  const earlier = reasons.slice(0, -1);
  const told =
    decision === 'awaiting_approval'
      ? earlier
      : earlier.map((reason) => reason.replace(/^Awaits approval/, 'Awaited approval'));
  return earlier.length === 0 ? [] : [heading('Notes'), list(told)];
};

/** A function of its input alone; refers to nothing outside itself. */
export const gatePage = ({ modelName, experimentId, datasetVersion, verdict, details }: VerdictFacts): string => {
  const { candidate, reasons, ci } = verdict;
  const sentence = comparisonSentence(verdict);
  const of = `${ownName(verdict)} less ${otherName(verdict)}`;
  const title = `${modelName} version ${candidate.version}: ${decisionText(verdict)}`;
  const parts = [
    element('h1', {}, escapeMarkup(title)),
    element('p', { class: 'decision' }, escapeMarkup(reasons.at(-1) ?? `${decisionText(verdict)}.`)),
    ...(sentence === null ? [] : [paragraph(sentence)]),
    paragraph(`Experiment ${experimentId}, on the test part of dataset version ${datasetVersion}.`),
    ...notes(verdict),
    heading('Candidate and champion'),
    sidesTable(verdict),
    ...(ci === null
      ? []
      : [element('figure', { id: 'difference' }, differenceChart(ci, { of, bound: boundOf(verdict) }))]),
    ...(ci === null ? [] : [certaintyTable(verdict, ci)]),
    heading('Rules'),
    rulesTable(verdict),
    ...guardsTable(verdict),
    ...blessingSection(verdict),
    ...reuse(verdict),
    ...userSections(verdict, details),
    heading('What this does not cover'),
    list(notCovered(verdict)),
    ...recompute(verdict),
  ];
  return page(title, parts.join('\n'));
};
