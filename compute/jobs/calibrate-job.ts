/** Two models rank the test part, and the gate is asked about tests that are drawn from their users. */
import { elementAt } from '../../contracts/element-at.ts';
import type { CalibrateGateJob } from '../../contracts/trainer.ts';
import { openDataset } from '../../pipeline/index.ts';
import { calibrateGate } from '../../policy/gate/calibrate.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { countRankings } from './count-rankings.ts';
import { rankSubjects } from './rank-subject.ts';

/** These place a rate of 2.5 % to within 1 %. */
const SIMULATIONS = 1000;
/** Of each interval; what they leave to chance averages out over the tests. */
const RESAMPLES = 1000;
const TELL_EVERY_MS = 1_000;

export const calibrate = async (job: CalibrateGateJob, channel: ComputeChannel): Promise<void> => {
  const { gate, seed, datasetFolder, relevanceThreshold } = job;
  const dataset = await openDataset(datasetFolder);
  const ranking = { datasetFolder, split: 'test', relevanceThreshold, onBlock: channel.alive } as const;
  const models = [job.candidate, job.champion];
  const ranked = await rankSubjects(models, ranking, dataset, countRankings(channel, models.length));
  const [candidate, champion] = [0, 1].map((side) => elementAt(ranked, side).rankings.map(({ ndcg }) => ndcg));
  let toldMs = 0;
  const tell = (done: number, total: number): void => {
    if (done === total || performance.now() - toldMs >= TELL_EVERY_MS) {
      toldMs = performance.now();
      channel.send({ kind: 'counted', count: { done, total, unit: 'tests' } });
    }
  };
  const result = calibrateGate({
    candidate: candidate ?? [],
    champion: champion ?? [],
    ...{ gate, seed },
    simulations: SIMULATIONS,
    resamples: RESAMPLES,
    onTest: tell,
  });
  channel.send({ kind: 'calibrated', result });
};
