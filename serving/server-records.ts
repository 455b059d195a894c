/** Which servers of a home answer for a model: a small file of each, for commands that ask them. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorRecord } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { Log } from '../contracts/log.ts';
import { exists } from '../host/files/file-errors.ts';
import { readWholeJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { namesIn } from '../host/files/names-in.ts';
import {
  identifySelf,
  isProcessAlive,
  type ProcessIdentity,
  parseProcessIdentity,
  whereaboutsOf,
} from '../host/processes/process-identity.ts';

/** Below the folder of a served model. */
export const SERVERS_FOLDER = 'servers';

export interface ServerRecord {
  readonly url: string;
  readonly process: ProcessIdentity;
}

/** One in another container or on another machine may live: nobody can tell from here. */
const isKnownDead = ({ process }: ServerRecord): boolean => {
  const where = whereaboutsOf(process);
  return where === 'ended' || (where === 'here' && !isProcessAlive(process));
};

/** null: cut by a loss of power, or gone by now. */
const readRecord = async (file: string): Promise<ServerRecord | null> => {
  const value = await readWholeJsonFile(file);
  const identity = isObject(value) ? parseProcessIdentity(value.process) : null;
  return isObject(value) && identity !== null && typeof value.url === 'string'
    ? { url: value.url, process: identity }
    : null;
};

const recordsIn = async (
  folder: string,
): Promise<readonly { readonly file: string; readonly record: ServerRecord | null }[]> =>
  Promise.all(
    (await namesIn(folder))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map(async (name) => ({ file: join(folder, name), record: await readRecord(join(folder, name)) })),
  );

/** Without those that are known to have ended. Throws what the file system throws. */
export const readServerRecords = async (folder: string): Promise<readonly ServerRecord[]> =>
  (await recordsIn(folder)).flatMap(({ record }) => (record === null || isKnownDead(record) ? [] : record));

/** One that somebody removed, as with its folder, is there again within this time. */
const RENEW_EVERY_MS = 60_000;

/**
 * Removes those of servers that were killed, and adds one of this process, which is written again where it was removed. A
 * server serves without it as well: commands do not find it then, as the log says.
 *
 * @returns removes it; never rejects
 */
export const keepServerRecord = async (
  folder: string,
  url: string,
  log: Log,
  renewEveryMs: number = RENEW_EVERY_MS,
): Promise<() => Promise<void>> => {
  const file = join(folder, `${process.pid}-${randomUUID().slice(0, 8)}.json`);
  let said: string | null = null;
  /** What stays as it was is said once. */
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      said = null;
    } catch (error) {
      const line = `${file}: ${what}: ${toErrorRecord(error).message}`;
      if (line !== said) {
        log('warn', line);
      }
      said = line;
    }
  };
  const unseen = '`tt-exp ab` does not see this server';
  const write = (): Promise<void> => writeJsonFile(file, { url, process: identifySelf() });
  await attempt(unseen, async () => {
    for (const { file: old, record } of await recordsIn(folder)) {
      if (record === null || isKnownDead(record)) {
        await rm(old, { force: true });
      }
    }
    await write();
  });
  const renew = async (): Promise<void> => {
    if (!(await exists(file))) {
      await write();
      log('warn', `${file}: was not there, and is written again: until now \`tt-exp ab\` did not see this server`);
    }
  };
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(() => attempt(unseen, renew));
  }, renewEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await renewing;
    await attempt('cannot be removed', () => rm(file, { force: true }));
  };
};
