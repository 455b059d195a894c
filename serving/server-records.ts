/** Which servers of a home answer for a model: a small file of each, for commands that ask them. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorRecord } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { Log } from '../contracts/log.ts';
import { readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
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
  let value: unknown;
  try {
    value = await readJsonFile(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
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

/**
 * Removes those of servers that were killed, and adds one of this process. A server serves without it as well: commands do
 * not find it then, as the log says.
 *
 * @returns removes it; never rejects
 */
export const keepServerRecord = async (folder: string, url: string, log: Log): Promise<() => Promise<void>> => {
  const file = join(folder, `${process.pid}-${randomUUID().slice(0, 8)}.json`);
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log('warn', `${file}: ${what}: ${toErrorRecord(error).message}`);
    }
  };
  await attempt('`tt-exp ab` does not see this server', async () => {
    for (const { file: old, record } of await recordsIn(folder)) {
      if (record === null || isKnownDead(record)) {
        await rm(old, { force: true });
      }
    }
    await writeJsonFile(file, { url, process: identifySelf() });
  });
  return () => attempt('cannot be removed', () => rm(file, { force: true }));
};
