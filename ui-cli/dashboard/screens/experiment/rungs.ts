/** What the scheduler has decided at each of its rungs. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import type { ResolvedConfig } from '../../../../contracts/resolved-config.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { planRungs } from '../../../../policy/schedulers/plan-rungs.ts';
import { formatMetric } from '../../../text/formats.ts';
import { formatTable } from '../../../text/table.ts';
import { type Line, lineOf } from '../../core/line.ts';

/** What became of the trials that reported at one rung. */
export interface RungRow {
  readonly epoch: number;
  readonly reported: number;
  /** Trained further, or had come to their end. */
  readonly kept: number;
  readonly pruned: number;
  /** Reported, and neither ended nor training further. */
  readonly waiting: number;
  readonly best: number | null;
  /** The least that was kept. */
  readonly cut: number | null;
}

const rungRow = ({ trials, objective }: ExperimentView, epoch: number): RungRow => {
  const better = objective.direction === 'maximise' ? Math.max : Math.min;
  const worse = objective.direction === 'maximise' ? Math.min : Math.max;
  const at = trials.flatMap((trial) => {
    const report = trial.reports.find((one) => one.epoch === epoch);
    return report === undefined ? [] : [{ trial, value: report.value }];
  });
  const isLast = ({ reports }: TrialView): boolean => reports.at(-1)?.epoch === epoch;
  const pruned = at.filter(({ trial }) => trial.status === 'pruned' && isLast(trial));
  const waiting = at.filter(({ trial }) => trial.status === 'running' && isLast(trial) && trial.isInFlight === false);
  const went = at.filter((one) => !pruned.includes(one) && !waiting.includes(one));
  const values = (some: typeof at): readonly number[] => some.map(({ value }) => value).filter(Number.isFinite);
  const best = values(at);
  const passed = values(went);
  return {
    epoch,
    ...{ reported: at.length, kept: went.length, pruned: pruned.length, waiting: waiting.length },
    best: best.length === 0 ? null : best.reduce((a, b) => better(a, b)),
    cut: passed.length === 0 || pruned.length === 0 ? null : passed.reduce((a, b) => worse(a, b)),
  };
};

/** @param config null: only the rungs at which a trial has reported are known */
export const rungRows = (view: ExperimentView, config: ResolvedConfig | null): readonly RungRow[] => {
  const planned = config === null ? [] : planRungs(config, Math.max(1, view.trials.length)).flat();
  const reported = config === null ? view.trials.flatMap(({ reports }) => reports.map(({ epoch }) => epoch)) : [];
  return [...new Set([...planned, ...reported])].sort((a, b) => a - b).map((epoch) => rungRow(view, epoch));
};

export const rungLines = (view: ExperimentView, config: ResolvedConfig | null): readonly Line[] => {
  const rows = rungRows(view, config);
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const [head = '', ...lines] = formatTable(
    [
      right('epoch'),
      right('reported'),
      right('kept'),
      right('pruned'),
      right('waiting'),
      right('best'),
      right('least kept'),
    ],
    rows.map(({ epoch, reported, kept, pruned, waiting, best, cut }) => [
      ...[epoch, reported, kept, pruned, waiting].map(String),
      formatMetric(best),
      formatMetric(cut),
    ]),
  );
  const scheduler = config?.sweep?.scheduler.type ?? null;
  return [
    lineOf(scheduler === null || scheduler === 'none' ? 'No scheduler: trials train to their end' : scheduler, 'dim'),
    lineOf(head, 'strong'),
    ...lines.map((line) => lineOf(line)),
  ];
};
