/** What a published version says of time and of its encoder, for the tripwires before a training. */
import { join } from 'node:path';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { SPLIT_NAMES } from '../contracts/dataset.ts';
import type { PartSpan, VersionScope } from '../contracts/preflight.ts';
import { readNumericColumns } from './duckdb/columns.ts';
import type { Database } from './duckdb/database.ts';
import type { EncoderBlock, SideEncoder } from './encoder/encoder.ts';
import { readEncoder } from './encoder/encoder-file.ts';
import { fitBlock } from './encoder/fit-encoder.ts';
import { readEntities } from './entities.ts';
import { readManifest } from './manifest.ts';
import { withTables } from './open-dataset.ts';
import { NEGATIVE_TYPE } from './settings.ts';
import type { FieldSpec } from './source.ts';

const negatives = { negative_type: NEGATIVE_TYPE };

const readSpans = async (database: Database): Promise<VersionScope['spans']> => {
  const rows = await database.rows(
    'read the times of each part',
    'SELECT part, epoch_ms(min(occurred_at))::DOUBLE AS first_ms, epoch_ms(max(occurred_at))::DOUBLE AS last_ms ' +
      'FROM samples WHERE type <> $negative_type GROUP BY part ORDER BY part',
    negatives,
  );
  const spanOf = (part: string): PartSpan | null => {
    const row = rows.find((each) => each.part === part);
    return row === undefined ? null : { firstMs: Number(row.first_ms), lastMs: Number(row.last_ms) };
  };
  const [train, validation, test] = SPLIT_NAMES.map(spanOf);
  return { train: train ?? null, validation: validation ?? null, test: test ?? null };
};

const specOf = (block: EncoderBlock): FieldSpec =>
  block.kind === 'numeric'
    ? { kind: block.kind, name: block.field, transform: block.transform }
    : { kind: block.kind, name: block.field, width: block.width };

/** Parts of a side's encoder that are not those of its training rows. */
const differencesOf = async (database: Database, side: 'user' | 'item', encoder: SideEncoder): Promise<string[]> => {
  if (encoder.blocks.length === 0 && encoder.ids === null) {
    return [];
  }
  const entities = await readEntities(database, {
    table: `${side}s`,
    embeddings: null,
    id: `${side}_id`,
    order: `${side}_index`,
    textDim: 0,
  });
  const { int32 } = await readNumericColumns(database, {
    what: `read the ${side}s of the training part`,
    sql: `SELECT DISTINCT ${side}_index FROM samples WHERE part = 'train' AND type <> $negative_type ORDER BY ${side}_index`,
    parameters: negatives,
    int32: 1,
    float32: 0,
  });
  const training = [...(int32[0] ?? [])].flatMap((row) => entities[row] ?? []);
  const isOther = (kept: unknown, fitted: unknown): boolean => canonicalJson(kept) !== canonicalJson(fitted);
  const ids = training.map(({ id }) => id);
  return [
    ...encoder.blocks
      .filter((block) => isOther(block, fitBlock(specOf(block), training)))
      .map(({ field }) => `${side} ${field}`),
    ...(encoder.ids !== null && isOther(encoder.ids, ids) ? [`${side} ids`] : []),
  ];
};

/**
 * Of the version in `folder`. Throws DATASET_NOT_FOUND, DATASET_CORRUPT, and MODEL_INCOMPATIBLE for an encoder of another
 * version of tt-exp.
 */
export const readVersionScope = async (folder: string): Promise<VersionScope> => {
  const { settings } = await readManifest(folder);
  const encoder = await readEncoder(join(folder, 'encoder.json'));
  const { method } = settings.split as { readonly method: string };
  return withTables(folder, ['samples', 'users', 'items'], async (database) => ({
    splitMethod: method,
    spans: await readSpans(database),
    encoderDifferences: [
      ...(await differencesOf(database, 'user', encoder.user)),
      ...(await differencesOf(database, 'item', encoder.item)),
    ],
  }));
};
