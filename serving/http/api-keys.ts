/** Who may ask: keys of which this machine holds only digests. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { Log } from '../../contracts/log.ts';
import { alarmOf } from '../events/alarm.ts';

export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

interface ApiKey {
  /** For logs and rate limits. */
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
}

export interface KeyRing {
  /** null for a key that is not known. */
  find(key: string): { readonly name: string; readonly scopes: readonly Scope[] } | null;
}

const invalid = (file: string, expected: string): TtExpError =>
  new TtExpError('CONFIG_INVALID', `${file}: expected ${expected}`, {
    hint: 'Write {"keys": [{"name": "backend", "sha256": "<64 hexadecimal digits>", "scopes": ["read"]}]}; `printf %s "$KEY" | sha256sum` prints the digest.',
  });

const parseKey = (file: string, value: unknown, index: number): ApiKey => {
  const at = `keys[${index}]`;
  if (!isObject(value)) {
    throw invalid(file, `${at} to be an object`);
  }
  const { name, sha256, scopes } = value;
  if (typeof name !== 'string' || name === '') {
    throw invalid(file, `${at}.name to be a text`);
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw invalid(file, `${at}.sha256 to be 64 hexadecimal digits`);
  }
  const known = Array.isArray(scopes) ? SCOPES.filter((scope) => scopes.includes(scope)) : [];
  if (!Array.isArray(scopes) || known.length === 0 || known.length !== scopes.length) {
    throw invalid(file, `${at}.scopes to be some of ${SCOPES.join(', ')}`);
  }
  return { name, digest: Buffer.from(sha256, 'hex'), scopes: known };
};

/** @param text of the file. Throws CONFIG_INVALID. */
export const parseKeyRing = (file: string, text: string): KeyRing => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(file, 'JSON');
  }
  if (!isObject(value) || !Array.isArray(value.keys) || value.keys.length === 0) {
    throw invalid(file, 'a list `keys` with at least one key');
  }
  const keys = value.keys.map((key, index) => parseKey(file, key, index));
  return {
    find: (key) => {
      const digest = createHash('sha256').update(key).digest();
      // All of them are compared, so that the time tells nothing of which one it was.
      return keys.reduce<ApiKey | null>((found, one) => (timingSafeEqual(one.digest, digest) ? one : found), null);
    },
  };
};

export interface KeyFile extends KeyRing {
  /** Reads the file again where it has changed; a file that is not as it should be leaves the keys as they were. */
  refresh(): Promise<void>;
  problem(): string | null;
}

/** Throws CONFIG_NOT_FOUND, CONFIG_INVALID. */
export const openKeyFile = async (file: string, log: Log): Promise<KeyFile> => {
  const alarm = alarmOf(log, `${file}: API keys are read again`);
  const version = async (): Promise<string> => {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs}:${size}:${ino}`;
  };
  const read = async (): Promise<KeyRing> => parseKeyRing(file, await readFile(file, 'utf8'));
  let seen: string;
  let ring: KeyRing;
  try {
    seen = await version();
    ring = await read();
  } catch (cause) {
    throw cause instanceof TtExpError
      ? cause
      : new TtExpError('CONFIG_NOT_FOUND', `${file}: the API keys cannot be read`, {
          hint: 'Name a file with --api-keys that the user of the server may read.',
          cause,
        });
  }
  return {
    find: (key) => ring.find(key),
    refresh: async () => {
      try {
        const next = await version();
        if (next !== seen) {
          ring = await read();
          seen = next;
        }
        alarm.note(null);
      } catch (error) {
        alarm.note(
          'API keys stay as they were: their file cannot be read',
          error instanceof Error ? error.message : String(error),
        );
      }
    },
    problem: alarm.problem,
  };
};
