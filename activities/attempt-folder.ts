/** A folder for each attempt at a trial: an attempt that has been given up cannot touch what its successor reads. */

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { ARTIFACT } from '../contracts/names.ts';
import { exists } from '../host/files/file-errors.ts';

const ATTEMPT_NAME = /^c\d{6}-s\d{6}-a\d{4}-[0-9a-f]{8}$/;

export const isAttemptName = (name: string): boolean => ATTEMPT_NAME.test(name);

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/**
 * No two attempts have the same name, and later ones of a run sort after earlier ones: by the call, then by the number of
 * the step within the call's workflow (activity ids are counted), then by attempt.
 * @param call how many workflows have trained the run, this one included
 */
export const attemptName = (
  { activityId, attempt, workflowExecution }: Pick<Info, 'activityId' | 'attempt' | 'workflowExecution'>,
  call: number,
): string => {
  const step = /^\d{1,6}$/.test(activityId) ? Number(activityId) : 0;
  const owner = createHash('sha256')
    .update(`${workflowExecution?.workflowId}/${workflowExecution?.runId}/${activityId}`)
    .digest('hex');
  return `c${digits(call, 6)}-s${digits(step, 6)}-a${digits(attempt, 4)}-${owner.slice(0, 8)}`;
};

/** Where the checkpoints of others lie that an attempt may go on from; its own folder, so that nobody changes them. */
const SOURCES = 'sources';

/** A checkpoint of an attempt, in the folder of the attempt that may resume from it. */
export interface FoundCheckpoint {
  readonly attempt: string;
  readonly file: string;
}

export interface AttemptFolder {
  readonly name: string;
  /** For everything that this attempt writes. */
  readonly folder: string;
  /** Path for a checkpoint that is fetched from elsewhere. */
  sourceFile(name: string): string;
  /** Checkpoints that earlier attempts left on this host, newest attempt first. */
  earlierCheckpoints(): Promise<readonly FoundCheckpoint[]>;
  /** Only once this attempt has a checkpoint, and is known to be the current one. */
  removeEarlier(): Promise<void>;
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Checkpoints are replaced by rename, never written to: a second name for one keeps its content. False for none. */
const linkOrCopy = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to).catch((error: unknown) => {
      if (isMissing(error)) {
        throw error;
      }
      return copyFile(from, to);
    });
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
};

export const openAttemptFolder = async (trialFolder: string, name: string): Promise<AttemptFolder> => {
  const folder = join(trialFolder, name);
  const sources = join(folder, SOURCES);
  await mkdir(sources, { recursive: true });
  const sourceFile = (source: string): string => join(sources, source);

  const earlier = async (): Promise<readonly string[]> =>
    (await readdir(trialFolder)).filter((other) => isAttemptName(other) && other < name).sort();

  /** null where one was removed meanwhile, by an attempt that has taken over what it had. */
  const linkAll = async (): Promise<readonly FoundCheckpoint[] | null> => {
    const found: FoundCheckpoint[] = [];
    for (const attempt of [...(await earlier())].reverse()) {
      const file = sourceFile(`${attempt}.ckpt`);
      if ((await exists(file)) || (await linkOrCopy(join(trialFolder, attempt, ARTIFACT.latestCheckpoint), file))) {
        found.push({ attempt, file });
      } else if (!(await exists(join(trialFolder, attempt)))) {
        return null;
      }
    }
    return found;
  };

  return {
    name,
    folder,
    sourceFile,
    earlierCheckpoints: async () => {
      for (;;) {
        const found = await linkAll();
        if (found !== null) {
          return found;
        }
      }
    },
    removeEarlier: async () => {
      for (const attempt of await earlier()) {
        await rm(join(trialFolder, attempt), { recursive: true, force: true, maxRetries: 3 });
      }
      await rm(sources, { recursive: true, force: true });
    },
  };
};
