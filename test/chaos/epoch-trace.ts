/** Every epoch that was trained in a home, in order, from the logs of its training workers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TrainedEpoch {
  /** Run and what a memory fallback has changed. */
  readonly trial: string;
  readonly attempt: string;
  readonly epoch: number;
}

const EPOCH = /training ([^\s/]+)\/([^\s:]+): epoch (\d+) of/g;

/**
 * An epoch whose worker was killed before it had written the line is missing, and is not trained again either: its
 * checkpoint was on the disk.
 */
export const readEpochTrace = async (homeFolder: string): Promise<readonly TrainedEpoch[]> => {
  const folder = join(homeFolder, 'logs');
  // `.1` holds what came before.
  const names = (await readdir(folder))
    .filter((name) => name.startsWith('worker-tt-gpu'))
    .sort()
    .reverse();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(EPOCH)].map(([, trial = '', attempt = '', epoch]) => ({ trial, attempt, epoch: Number(epoch) })),
  );
};

/** Epochs that were trained more than once, each as often as it was superfluous. */
export const repeatedEpochs = (trace: readonly TrainedEpoch[]): readonly string[] => {
  const seen = new Set<string>();
  return trace.flatMap(({ trial, epoch }) => {
    const key = `${trial} epoch ${epoch}`;
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [key] : [];
  });
};
