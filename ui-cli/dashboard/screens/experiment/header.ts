/** What an experiment does at the moment, in a few lines. Pure. */
import {
  type ExperimentView,
  PHASES,
  type Phase,
  phaseBeganAtMs,
  totalSeconds,
} from '../../../../contracts/experiment.ts';
import { isPaused } from '../../../run/follow-experiment.ts';
import { formatBar, formatDuration, formatMetric } from '../../../text/formats.ts';
import { objectiveText } from '../../../text/objective.ts';
import { stepText, toldSteps } from '../../../text/step-text.ts';
import { type Line, lineOf, type Role, type Span } from '../../core/line.ts';
import type { DashboardState } from '../../core/state.ts';
import { NO_MARKS, sweepSecondsLeft } from '../../estimate/estimate.ts';
import { cutText } from '../../table/fit-text.ts';
import { causeLine } from './causes.ts';
import { gateText } from './gate-question.ts';
import { type Shown, utcText } from './moment.ts';
import { countText, steeringTexts } from './sweep-text.ts';

const STATUS_ROLE: Readonly<Record<ExperimentView['status'], Role>> = {
  running: 'active',
  completed: 'done',
  failed: 'bad',
  cancelled: 'warn',
};

/** With fewer rows the phases are not listed. */
const ROWS_WITH_PHASES = 26;

const SHOWN_PHASES = PHASES.filter((phase) => phase !== 'prepare' && phase !== 'done');

const statusSpans = (view: ExperimentView, { followed, nowMs }: DashboardState): Line => {
  const { status, phase } = view;
  const own = followed[view.experimentId];
  if (status !== 'running') {
    const after = `after ${formatDuration(totalSeconds(view))}`;
    const end = phase === 'done' ? after : view.endedAtMs == null ? `in ${phase}` : `${after}, in ${phase}`;
    return [{ text: status, role: STATUS_ROLE[status] }, { text: `  ${end}` }];
  }
  const elapsed = `${formatDuration((nowMs - view.startedAtMs) / 1000)} so far`;
  const paused: readonly Span[] = isPaused(view) ? [{ text: 'paused  ', role: 'warn' }] : [];
  if (phase !== 'train') {
    // Temporal's clock has written when it began.
    const since = formatDuration(Math.max(0, nowMs - phaseBeganAtMs(view, phase)) / 1000);
    return [...paused, { text: phase, role: 'active' }, { text: ` for ${since}  ${elapsed}` }];
  }
  const marks = own?.marks ?? NO_MARKS;
  const left = sweepSecondsLeft(marks, view);
  return [
    ...paused,
    { text: 'train ' },
    { text: formatBar(marks.fraction), role: 'active' },
    {
      text: ` ${Math.floor(marks.fraction * 100)} %  ${left === null ? '' : `~${formatDuration(left)} left  `}${elapsed}`,
    },
  ];
};

const phaseText = (view: ExperimentView, phase: Phase): Span => {
  const seconds = view.timings[phase];
  if (seconds !== undefined) {
    return { text: `${phase} ${formatDuration(seconds)}`, role: 'done' };
  }
  if (view.phase !== phase) {
    return { text: phase, role: 'dim' };
  }
  const { status } = view;
  return { text: `${phase} ${status === 'running' ? '…' : status}`, role: STATUS_ROLE[status] };
};

const phasesLine = (view: ExperimentView): Line =>
  SHOWN_PHASES.flatMap((phase, place) => [{ text: place === 0 ? '' : '  ' }, phaseText(view, phase)]);

const factsText = (view: ExperimentView, state: DashboardState): string => {
  const { trials, bestTrialId, objective, gate, test } = view;
  const best = trials.find(({ trialId }) => trialId === bestTrialId);
  const training = Object.keys(view.progress).length;
  return [
    ...(trials.length === 0 ? [] : [countText(view)]),
    ...(view.status === 'running' && view.phase === 'train' ? [`${training} at work`] : []),
    ...steeringTexts(view),
    ...(best === undefined ? [] : [`best ${best.trialId} ${objectiveText(objective, best.value)}`]),
    ...(test === null ? [] : [`test NDCG@10 ${formatMetric(test.model.ndcg_at_10)}`]),
    ...(gate.decision === 'not_run' ? [] : [`gate: ${gateText(view, state)}`]),
  ].join('; ');
};

/** Of a moment that has passed: how far its trials were. */
const momentLines = (view: ExperimentView, atMs: number, columns: number): readonly Line[] => {
  const { trials, bestTrialId, objective } = view;
  const best = trials.find(({ trialId }) => trialId === bestTrialId);
  const leads = best === undefined ? '' : `; best ${best.trialId} ${objectiveText(objective, best.value)}`;
  return [
    [
      { text: 'as of ', role: 'warn' },
      { text: utcText(atMs), role: 'warn' },
    ],
    lineOf(cutText(`${countText(view)}${leads}`, columns)),
  ];
};

/** One of them says why it failed, where it did. */
export const headerLines = ({ view, atMs }: Shown, state: DashboardState, columns: number): readonly Line[] => {
  if (atMs !== null) {
    return momentLines(view, atMs, columns);
  }
  const facts = factsText(view, state);
  return [
    statusSpans(view, state),
    ...(state.size.rows >= ROWS_WITH_PHASES ? [phasesLine(view)] : []),
    ...(facts === '' ? [] : [lineOf(cutText(facts, columns))]),
    ...(view.error === null ? [] : [causeLine(`${view.error.code}: ${view.error.message}`, columns, 'bad')]),
    ...toldSteps(view)
      .slice(0, 1)
      .map((step) => causeLine(stepText(step), columns, step.attempt > 1 ? 'warn' : 'dim')),
    ...(view.problems ?? []).slice(0, 1).map((problem) => causeLine(problem, columns, 'warn')),
  ];
};
