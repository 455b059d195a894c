/** Every model and baseline of a job ranks the same users, which takes about as long for each. */
import type { ComputeChannel } from '../child-channel.ts';

/** Reports that none of `total` is done; the function that it answers is called after each. */
export const countRankings = (channel: Pick<ComputeChannel, 'send'>, total: number): (() => void) => {
  let done = 0;
  const tell = (): void => channel.send({ kind: 'counted', count: { done, total, unit: 'rankings' } });
  tell();
  return () => {
    done += 1;
    tell();
  };
};
