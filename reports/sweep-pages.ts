/** The pictures of a sweep as artifacts of its parent run. */
import type { SweepFacts } from '../contracts/experiment.ts';
import { recordedTrials } from '../policy/sweep/recorded-trial.ts';
import { recordOf } from '../policy/sweep/sweep-trial.ts';
import { parentSummary } from './parent-summary.ts';
import { renderSweepReport } from './render-sweep-report.ts';

/** An experiment without a sweep has nothing to compare, hence no pictures. */
export const createSweepPages = () => ({
  summarise: parentSummary,

  render: ({ config, snapshot }: SweepFacts): readonly { readonly path: string; readonly text: string }[] => {
    const { sweep, seed } = config;
    if (sweep === null) {
      return [];
    }
    const { plots, html, importances } = renderSweepReport({
      name: snapshot.experimentId,
      status: snapshot.status,
      objective: snapshot.objective,
      trials: recordedTrials(snapshot.trials).map(recordOf),
      space: sweep.space,
      seed,
    });
    return [
      { path: 'sweep.html', text: html },
      { path: 'importances.json', text: `${JSON.stringify(importances, null, 2)}\n` },
      ...plots.map(({ name, svg }) => ({ path: `plots/${name}.svg`, text: svg })),
    ];
  },
});
