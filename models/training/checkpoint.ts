/** Checkpoints: everything that training needs to go on after an epoch as if it had never stopped. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { CheckpointSource } from '../../contracts/trainer.ts';
import { writeDurably } from '../../host/files/durable-file.ts';
import { exists } from '../../host/files/file-errors.ts';

/**
 * State after a finished epoch. Random numbers are functions of seed and position, so the number of finished epochs
 * stands for the state of every generator. Vectors are [parameterCount].
 */
export interface Checkpoint {
  /** Digest of settings, feature dims and dataset version: a checkpoint of another model must not be loaded. */
  readonly trainingKey: string;
  readonly history: readonly EpochRecord[];
  readonly vectors: Readonly<Record<VectorName, Float32Array>>;
}

const VECTOR_NAMES = ['parameters', 'firstMoment', 'secondMoment', 'bestParameters'] as const;
type VectorName = (typeof VECTOR_NAMES)[number];

interface Header {
  readonly format: 1;
  readonly trainingKey: string;
  readonly history: readonly EpochRecord[];
  readonly parameterCount: number;
  /** sha256 of the vectors' bytes. */
  readonly sha256: string;
}

const bytesOf = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

const digest = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    hash.update(chunk);
  }
  return hash.digest('hex');
};

/** One line of JSON, its own sha256 in front, then the four vectors as little-endian float32. */
export const writeCheckpoint = async (file: string, { trainingKey, history, vectors }: Checkpoint): Promise<void> => {
  const payload = VECTOR_NAMES.map((name) => bytesOf(vectors[name]));
  const parameterCount = vectors.parameters.length;
  const header: Header = { format: 1, trainingKey, history, parameterCount, sha256: digest(payload) };
  const line = JSON.stringify(header);
  const seal = digest([Buffer.from(line)]);
  await writeDurably(file, [`${seal} ${line}\n`, ...payload]);
};

const corrupt = (file: string, got: string): TtExpError =>
  new TtExpError('CHECKPOINT_CORRUPT', `checkpoint ${file}: got ${got}, expected a complete checkpoint of this trial`, {
    hint: 'Remove the file and run again: the trial then starts from its first epoch.',
  });

/** null when there is none. Throws CHECKPOINT_CORRUPT when it is damaged or belongs to another training. */
export const readCheckpoint = async (file: string, trainingKey: string): Promise<Checkpoint | null> => {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw error;
  });
  if (content === null) {
    return null;
  }
  const end = content.indexOf(0x0a);
  const [, seal, line] = /^([0-9a-f]{64}) (.*)$/.exec(content.subarray(0, Math.max(0, end)).toString()) ?? [];
  if (seal === undefined || line === undefined || digest([Buffer.from(line)]) !== seal) {
    throw corrupt(file, 'a damaged header');
  }
  const header = JSON.parse(line) as Header;
  const payload = content.subarray(end + 1);
  if (payload.length !== header.parameterCount * 4 * VECTOR_NAMES.length || digest([payload]) !== header.sha256) {
    throw corrupt(file, 'vectors that differ from their recorded digest');
  }
  if (header.trainingKey !== trainingKey) {
    throw corrupt(file, 'a checkpoint of another model');
  }
  // A copy is aligned to 4 bytes, which a slice of the file need not be.
  const aligned = new Float32Array(payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length));
  const vectors = Object.fromEntries(
    VECTOR_NAMES.map((name, index) => [
      name,
      aligned.slice(index * header.parameterCount, (index + 1) * header.parameterCount),
    ]),
  ) as Record<VectorName, Float32Array>;
  return { trainingKey, history: header.history, vectors };
};

export interface AdoptOptions {
  /** Where training reads and writes its checkpoint. */
  readonly file: string;
  /** In the order of preference. */
  readonly sources: readonly CheckpointSource[];
  readonly trainingKey: string;
  readonly epochBudget: number;
  /** Told of each source that is not used, with the reason. */
  readonly onSkipped: (reason: string) => void;
}

const isCorrupt = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && error.code === 'CHECKPOINT_CORRUPT';

/**
 * Makes the first whole checkpoint among the sources the training's own, unless it has one. Whether it has one now.
 * Throws CHECKPOINT_CORRUPT where a checkpoint of the trial itself is damaged and no other source is used.
 */
export const adoptCheckpoint = async (options: AdoptOptions): Promise<boolean> => {
  const { file, sources, trainingKey, epochBudget, onSkipped } = options;
  if (await exists(file)) {
    return true;
  }
  let damage: TtExpError | undefined;
  for (const source of sources) {
    try {
      const checkpoint = await readCheckpoint(source.file, trainingKey);
      const epochs = checkpoint?.history.length ?? 0;
      if (checkpoint !== null && (source.origin === 'trial' || epochs <= epochBudget)) {
        await mkdir(dirname(file), { recursive: true });
        await rename(source.file, file);
        return true;
      }
      onSkipped(`checkpoint ${source.file}: got ${epochs} epochs, expected at least 1 and at most ${epochBudget}`);
    } catch (error) {
      if (!isCorrupt(error)) {
        throw error;
      }
      onSkipped(error.message);
      damage ??= source.origin === 'trial' ? error : undefined;
    }
  }
  if (damage !== undefined) {
    throw damage;
  }
  return false;
};
