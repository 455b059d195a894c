/** The whole live view as lines that fit on the screen, and the keys that it explains. Pure. */

import { type ExperimentView, trainingsOf } from '../../contracts/experiment.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { describeReplicates } from '../../policy/gate/describe-replicates.ts';
import { formatCount, formatDuration, formatMetric, formatParams, HALT_TEXT } from '../text/formats.ts';
import { leftOutLines } from '../text/label-table.ts';
import { objectiveText, shownValue } from '../text/objective.ts';
import { endedLines } from './ended-lines.ts';
import { fitParts, type Part } from './fit.ts';
import { footerOf } from './footer.ts';
import { type Line, lineOf } from './line.ts';
import type { LiveKey } from './live-keys.ts';
import type { LiveState } from './live-state.ts';
import { phasePart } from './phase-lines.ts';
import { servicePart } from './service-lines.ts';
import { trialPart } from './trial-lines.ts';

export interface Frame {
  readonly lines: readonly Line[];
  /** All others do nothing. */
  readonly keys: ReadonlySet<LiveKey>;
}

/** More footer than this is no help. */
const MOST_FOOTER_LINES = 3;

/** Shown whole or not at all. */
const whole = (worth: number, ...lines: readonly Line[]): Part => (lines.length === 0 ? [] : [{ lines, worth }]);

const headerOf = ({ view, experimentId, nowMs, startedAtMs, size }: LiveState): Line => {
  const elapsed = formatDuration((nowMs - (view?.startedAtMs ?? startedAtMs)) / 1000);
  const name = experimentId ?? 'tt-exp';
  const room = Math.max(0, size.columns - elapsed.length - 1);
  return [{ text: name.slice(0, room).padEnd(room), role: 'strong' }, { text: ` ${elapsed}` }];
};

/** What is trained, and how it is steered at the moment, in one line. */
export const sweepLine = ({ sweep, replicates, status, phase }: ExperimentView): readonly Line[] => {
  if (status !== 'running' || phase !== 'train') {
    return [];
  }
  const replicated = replicates === undefined ? null : describeReplicates(replicates);
  const isPaused = sweep?.isPaused === true;
  const halt = sweep?.halt ?? null;
  const parts = [
    ...(isPaused ? ['paused'] : []),
    ...(replicated === null ? [] : [replicated]),
    ...(sweep === null ? [] : [`at most ${sweep.maxParallel} at once`]),
    ...(halt === null ? [] : [`no more trials: ${HALT_TEXT[halt]}`]),
  ];
  return parts.length === 0 ? [] : [lineOf(parts.join(', '), isPaused || halt !== null ? 'bad' : 'dim')];
};

export const countLine = ({ trials, sweep }: ExperimentView): Line => {
  const count = (...statuses: readonly TrialView['status'][]): number =>
    trials.filter(({ status }) => statuses.includes(status)).length;
  const notable = (['cached', 'failed', 'pruned', 'cancelled'] as const)
    .map((status) => [status, count(status)] as const)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  const ended = trials.length - count('pending', 'running');
  const all = Math.max(trials.length, sweep?.trialCount ?? 0);
  return lineOf([`${ended} of ${all} trials finished`, ...notable].join(', '));
};

const bestPart = ({ trials, bestTrialId, objective }: ExperimentView): Part => {
  const best = trials.find(({ trialId }) => trialId === bestTrialId);
  if (best === undefined) {
    return [];
  }
  const { trialId, params } = best;
  const value = lineOf(`best so far ${trialId}: ${objectiveText(objective, shownValue(best, objective))}`, 'done');
  return [
    { lines: [value, lineOf(`  ${formatParams(params)}`, 'dim')], worth: 30 },
    { lines: [value], worth: 130 },
  ];
};

const endedPart = (view: ExperimentView): Part => {
  const lines = endedLines(trainingsOf(view));
  return lines.length === 0
    ? []
    : [
        { lines, worth: 10 },
        { lines: lines.slice(0, 1), worth: 80 },
      ];
};

/** Model and baselines on the test part, in one line. */
const testLine = ({ test }: ExperimentView): readonly Line[] => {
  if (test === null) {
    return [];
  }
  const baselines = Object.entries(test.baselines).map(
    ([name, metrics]) => `${name} ${formatMetric(metrics.ndcg_at_10)}`,
  );
  return [lineOf([`test ndcg@10 ${formatMetric(test.model.ndcg_at_10)}`, ...baselines].join('  '))];
};

const experimentParts = (state: LiveState, view: ExperimentView) => {
  const { dataset, trials } = view;
  return {
    phases: phasePart(state, view),
    dataset: whole(
      20,
      ...(dataset === null
        ? []
        : [
            lineOf(
              [`${dataset.version}: ${formatCount(dataset.samples)} samples`, ...leftOutLines(view)].join('; '),
              'dim',
            ),
          ]),
    ),
    sweep: whole(170, ...sweepLine(view)),
    trials: trialPart(state, view),
    count: whole(140, ...(trials.length === 0 ? [] : [countLine(view)])),
    best: bestPart(view),
    ended: endedPart(view),
    test: whole(120, ...testLine(view)),
  };
};

/** One row less than the screen has: a full screen scrolls. */
export const frameOf = (state: LiveState, hasKeys: boolean): Frame => {
  const { view, size, links, note } = state;
  const rows = Math.max(0, size.rows - 1);
  const options = { hasKeys, hasTrials: true, most: Math.min(MOST_FOOTER_LINES, rows) };
  const { lines: footer } = footerOf(state, options);
  const parts: Readonly<Record<string, Part>> = {
    header: whole(150, headerOf(state)),
    ...(view === null ? { services: servicePart(state) } : experimentParts(state, view)),
    links: whole(50, ...links.map((link) => lineOf(link, 'dim'))),
    note: whole(190, ...(note === '' ? [] : [lineOf(note, 'active')])),
    footer: footer.map((_, cut) => ({ lines: footer.slice(0, footer.length - cut), worth: 200 + cut })),
  };
  const places = fitParts(parts, rows);
  const linesOf = (name: string): readonly Line[] => parts[name]?.[places[name] ?? 0]?.lines ?? [];
  const shownFooter = footerOf(state, {
    hasKeys,
    hasTrials: linesOf('trials').length > 0,
    most: linesOf('footer').length,
  });
  const names = Object.keys(parts).filter((name) => name !== 'footer');
  return { lines: [...names.flatMap(linesOf), ...shownFooter.lines], keys: shownFooter.keys };
};
