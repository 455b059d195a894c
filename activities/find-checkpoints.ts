/** Which checkpoints an attempt may go on from: of earlier attempts here or on other hosts, else of another run. */
import type { CheckpointSource } from '../contracts/trainer.ts';
import type { AttemptFolder, FoundCheckpoint } from './attempt-folder.ts';
import { type CheckpointPlace, fetchCheckpoints, listCheckpoints } from './checkpoint-store.ts';
import type { TrackingPort } from './ports.ts';

export interface CheckpointSearch {
  readonly tracking: Pick<TrackingPort, 'listArtifacts' | 'getArtifactFile'>;
  readonly place: CheckpointPlace;
  readonly attempt: AttemptFolder;
  /** Run to begin from where the trial itself has no checkpoint. */
  readonly warmStart: string | null;
}

const ofTrial = ({ file }: FoundCheckpoint): CheckpointSource => ({ file, origin: 'trial' });

const storedBefore = async ({ tracking, place, attempt }: CheckpointSearch): Promise<readonly string[]> =>
  (await listCheckpoints(tracking, place)).filter((name) => name < attempt.name);

/**
 * The newest attempt's, not the furthest: what was logged since are the epochs of the newest one, with their time
 * stamps, and a superseded attempt that went on for a while has others.
 */
export const findCheckpoints = async (search: CheckpointSearch): Promise<readonly CheckpointSource[]> => {
  const { tracking, place, attempt: into, warmStart } = search;
  const [local] = await into.earlierCheckpoints();
  const newer = (await storedBefore(search)).filter((name) => local === undefined || name > local.attempt);
  for (const name of newer) {
    const [fetched] = await fetchCheckpoints(tracking, { place, attempts: [name], into });
    if (fetched !== undefined) {
      return [ofTrial(fetched)];
    }
  }
  if (local !== undefined) {
    return [ofTrial(local)];
  }
  if (warmStart === null) {
    return [];
  }
  const other = { ...place, runId: warmStart };
  const [newest] = await listCheckpoints(tracking, other);
  const found = await fetchCheckpoints(tracking, {
    place: other,
    attempts: newest === undefined ? [] : [newest],
    into,
  });
  return found.map(({ file }) => ({ file, origin: 'other' }));
};

/** Everything there is, newest attempt first: for when the one that was found is damaged. */
export const findAllCheckpoints = async (search: CheckpointSearch): Promise<readonly CheckpointSource[]> => {
  const { tracking, place, attempt: into } = search;
  const local = await into.earlierCheckpoints();
  const fetched = await fetchCheckpoints(tracking, { place, attempts: await storedBefore(search), into });
  return [...local, ...fetched]
    .sort((a, b) => (a.attempt < b.attempt ? 1 : a.attempt > b.attempt ? -1 : 0))
    .map(ofTrial);
};
