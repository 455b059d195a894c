/**
 * Whose impressions were erased lately, in a file beside their log: other servers of the home still hold lists of these
 * users that they have not written, and drop them. It has digests in place of ids, as it must not keep what was erased.
 */
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { replaceFile, syncToDisk } from '../../host/files/replace-file.ts';
import type { ImpressionLine } from './impression-lines.ts';

/** Longer than a list waits for the disk, unless its server is frozen. */
const KEPT_MS = 3_600_000;

/** Milliseconds since 1970 of the last erasure, by the digest of the user. */
type Erasures = ReadonlyMap<string, number>;

export interface ErasedUsers {
  /** The lines that no erasure covers: lists given after it are new. Throws where the file cannot be read. */
  withoutErased<Line extends ImpressionLine>(lines: readonly Line[]): Promise<readonly Line[]>;
  /** Returns once it is on the disk. The caller holds the lock of the log. @param at ISO 8601, UTC */
  note(userId: string, at: string): Promise<void>;
}

/** Of the log at `path`. */
export const erasuresFileOf = (path: string): string => `${path.replace(/\.ndjson$/, '')}.erased.ndjson`;

const digestOf = (userId: string): string => createHash('sha256').update(userId).digest('hex');

const parse = (path: string, text: string): Erasures => {
  const erasures = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = null;
    }
    const { user_sha256: digest, at } = isObject(value) ? value : {};
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (typeof digest !== 'string' || Number.isNaN(atMs)) {
      throw new TtExpError('DATA_INVALID', `${path}: got a line that is no erasure, expected {"user_sha256", "at"}`, {
        hint: 'Restore the file, or remove it and erase again the users who were erased within the last hour.',
      });
    }
    erasures.set(digest, Math.max(atMs, erasures.get(digest) ?? atMs));
  }
  return erasures;
};

export const erasedUsersOf = (logPath: string): ErasedUsers => {
  const path = erasuresFileOf(logPath);
  let known: { readonly version: string; readonly erasures: Erasures } = { version: '', erasures: new Map() };

  const read = async (): Promise<Erasures> => {
    try {
      const { ino, size, mtimeNs } = await stat(path, { bigint: true });
      const version = `${ino} ${size} ${mtimeNs}`;
      if (version !== known.version) {
        known = { version, erasures: parse(path, await readFile(path, 'utf8')) };
      }
      return known.erasures;
    } catch (error) {
      if (isFileError(error, 'ENOENT')) {
        return new Map();
      }
      throw error;
    }
  };

  return {
    withoutErased: async (lines) => {
      const erasures = await read();
      if (erasures.size === 0) {
        return lines;
      }
      return lines.filter((line) => {
        const erasedMs = 'user_id' in line ? erasures.get(digestOf(line.user_id)) : undefined;
        return erasedMs === undefined || Date.parse(line.at) > erasedMs;
      });
    },
    note: async (userId, at) => {
      const atMs = Date.parse(at);
      const young = [...(await read())].filter(([, erasedMs]) => erasedMs > atMs - KEPT_MS);
      const erasures = new Map(young).set(digestOf(userId), atMs);
      const text = [...erasures].map(
        ([digest, ms]) => `${JSON.stringify({ user_sha256: digest, at: new Date(ms).toISOString() })}\n`,
      );
      await replaceFile(path, (temporary) => writeFile(temporary, text.join(''), { mode: 0o600 }));
      await syncToDisk(dirname(path));
    },
  };
};
