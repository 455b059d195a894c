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

/**
 * For an attempt that has been given up, and whose upload was on its way meanwhile: it may have ended after its successor
 * had cleared up. Where no successor has a checkpoint yet it stays: the successor may need it, and clears up later.
 */
export const withdrawCheckpoint = async (
  tracking: Pick<TrackingPort, 'listArtifacts' | 'deleteArtifact'>,
  place: CheckpointPlace,
  attempt: string,
): Promise<void> => {
  if ((await listCheckpoints(tracking, place)).some((name) => name > attempt)) {
    await tracking.deleteArtifact(place.runId, checkpointPath(place, attempt));
  }
};

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
