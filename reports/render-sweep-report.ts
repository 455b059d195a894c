/** All plots of a sweep as SVG files, and one page that holds them with the leaderboard. */
import type { ParameterImportances } from '../contracts/importance.ts';
import { parameterImportances } from '../policy/importance/parameter-importances.ts';
import { curves } from './curves.ts';
import { importancesChart } from './importances-chart.ts';
import { optimisationHistory } from './optimisation-history.ts';
import { parallelCoordinates } from './parallel-coordinates.ts';
import { slices } from './slices.ts';
import type { SweepReportInput } from './sweep-facts.ts';
import { sweepPage } from './sweep-page.ts';

export interface SweepPlot {
  /** File name without its ending: `history`, `parallel_coordinates`, `importances`, `slices`, `curves`. */
  readonly name: string;
  /** A whole SVG document that refers to nothing outside itself. */
  readonly svg: string;
}

const plotsOf = (input: SweepReportInput, importances: ParameterImportances): readonly SweepPlot[] => {
  const learning = curves(input);
  return [
    { name: 'history', svg: optimisationHistory(input) },
    { name: 'importances', svg: importancesChart(input, importances) },
    { name: 'slices', svg: slices(input) },
    { name: 'parallel_coordinates', svg: parallelCoordinates(input) },
    ...(learning === null ? [] : [{ name: 'curves', svg: learning }]),
  ];
};

export interface SweepReport {
  readonly plots: readonly SweepPlot[];
  /** Of sweep.html: a whole page that refers to nothing outside itself. */
  readonly html: string;
  readonly importances: ParameterImportances;
}

/** A pure function of recorded facts. However many trials there are, a plot stays below 1 MB. */
export const renderSweepReport = (input: SweepReportInput): SweepReport => {
  const importances = parameterImportances(input);
  const plots = plotsOf(input, importances);
  return { plots, html: sweepPage(input, plots), importances };
};
