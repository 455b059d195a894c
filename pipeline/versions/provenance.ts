/** Reads provenance.json of a version: who made it, when and of what. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VersionProvenance } from '../../contracts/dataset-versions.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { LeftOutRows, SourceIdentity } from '../../contracts/source-reading.ts';
import { PROVENANCE_FILE } from '../store/publish-folder.ts';

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const sourceFilesOf = (value: unknown): VersionProvenance['source_files'] =>
  (Array.isArray(value) ? value : []).filter(isObject).map(({ name, sha256, bytes }) => ({
    name: String(name),
    ...(typeof sha256 === 'string' ? { sha256 } : {}),
    ...(typeof bytes === 'number' ? { bytes } : {}),
  }));

const identityOf = (value: unknown): SourceIdentity | null =>
  isObject(value)
    ? {
        host: String(value.host),
        port: Number(value.port),
        database: String(value.database),
        user: String(value.user),
        options: textOf(value.options),
      }
    : null;

const leftOutOf = (value: unknown): LeftOutRows | null =>
  isObject(value)
    ? {
        rows: Number(value.rows),
        reasons: (Array.isArray(value.reasons) ? value.reasons : [])
          .filter(isObject)
          .map(({ reason, rows }) => ({ reason: String(reason), rows: Number(rows) })),
      }
    : null;

/** Null where the version has none; DATASET_CORRUPT where it cannot be understood. */
export const readProvenance = async (folder: string): Promise<VersionProvenance | null> => {
  const file = join(folder, PROVENANCE_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw error;
  });
  if (text === null) {
    return null;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (!isObject(value) || typeof value.created_at_ms !== 'number') {
    throw new TtExpError('DATASET_CORRUPT', `${file}: got no provenance, expected JSON with created_at_ms`, {
      hint: 'Remove this file: the version can be used without it.',
    });
  }
  const stages = isObject(value.stages) ? value.stages : {};
  return {
    git_commit: textOf(value.git_commit),
    created_at: new Date(value.created_at_ms).toISOString(),
    parent_version: textOf(value.parent_version),
    source_kind: textOf(value.source_kind),
    source: identityOf(value.source),
    bad_rows: typeof value.bad_rows === 'number' ? value.bad_rows : 0,
    left_out: leftOutOf(value.left_out),
    stages: {
      extract: textOf(stages.extract),
      label: textOf(stages.label),
      split: textOf(stages.split),
      embed: textOf(stages.embed),
    },
    source_files: sourceFilesOf(value.source_files),
  };
};
