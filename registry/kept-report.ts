/** What an experiment online had shown, as it is kept with the run of its challenger. */
import { ARTIFACT } from '../contracts/names.ts';
import type { OnlineExperiment } from '../contracts/online-experiment.ts';
import type { MeasuredOnline } from '../contracts/online-steps.ts';

export interface KeptReport extends MeasuredOnline {
  readonly experiment: OnlineExperiment;
}

/** An artifact: its path below those of the run, and its content. */
export const keptReport = (experiment: OnlineExperiment, measured: MeasuredOnline) => ({
  path: `${ARTIFACT.onlineExperiments}/${experiment.id}.json`,
  text: `${JSON.stringify({ experiment, ...measured }, null, 2)}\n`,
});
