/** What a verdict says of the seed: whether its interval covers other trainings of the candidate's settings. */
import type { GateVerdict } from '../../../contracts/gate.ts';

const OPENING = 'Seed noise is ';

/** null where there is no interval, and for verdicts of earlier versions. */
export const seedNote = ({ seed_noise: noise }: Partial<Pick<GateVerdict, 'seed_noise'>>): string | null => {
  if (noise == null) {
    return null;
  }
  return noise === 'not measured'
    ? `${OPENING}not in the interval, which is over users alone: another seed may move the mean by more (gate.replicates measures it).`
    : `${OPENING}in the interval, which is over users and over ${noise.replicates} trainings of the candidate's settings: the standard deviation of their NDCG@10 is ${noise.sd.toFixed(4)}.`;
};

/** Verdicts of earlier versions have none among their reasons. */
export const isSeedNote = (reason: string): boolean => reason.startsWith(OPENING);
