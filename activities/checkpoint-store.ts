/** Checkpoints of trials in the artifact store, where a worker on another host finds them: one file an attempt. */
import type { AttemptFolder, FoundCheckpoint } from './attempt-folder.ts';
import { isAttemptName } from './attempt-folder.ts';
import type { TrackingPort } from './ports.ts';

const FOLDER = 'checkpoints';
const EXTENSION = '.ckpt';

type StorePort = Pick<TrackingPort, 'listArtifacts' | 'getArtifactFile'>;

export interface CheckpointPlace {
  readonly runId: string;
  /** Settings that a fallback changes; checkpoints of others are of no use. */
  readonly variant: string;
}

export const checkpointPath = ({ variant }: CheckpointPlace, attempt: string): string =>
  `${FOLDER}/${variant}/${attempt}${EXTENSION}`;

/** Names of the attempts that have one, newest first. */
export const listCheckpoints = async (
  tracking: Pick<StorePort, 'listArtifacts'>,
  { runId, variant }: CheckpointPlace,
): Promise<readonly string[]> =>
  (await tracking.listArtifacts(runId, `${FOLDER}/${variant}`))
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .filter(isAttemptName)
    .sort()
    .reverse();

/** Into the folder of the attempt that may go on from them. */
export const fetchCheckpoints = async (
  tracking: StorePort,
  { place, attempts, into }: { place: CheckpointPlace; attempts: readonly string[]; into: AttemptFolder },
): Promise<readonly FoundCheckpoint[]> => {
  const found: FoundCheckpoint[] = [];
  for (const attempt of attempts) {
    const file = into.sourceFile(`${attempt}.fetched${EXTENSION}`);
    if (await tracking.getArtifactFile(place.runId, checkpointPath(place, attempt), file)) {
      found.push({ attempt, file });
    }
  }
  return found;
};
