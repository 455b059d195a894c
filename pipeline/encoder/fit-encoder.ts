import type { FieldSpec, SideSchema } from '../source.ts';
import type { SideText } from '../text/text-plan.ts';
import { type EncoderBlock, type EntityRow, featureDim, numberOf, type SideEncoder, textsOf } from './encoder.ts';

/** The values seen most often, at most `count`; equally frequent ones by name. */
const mostFrequent = (rows: readonly EntityRow[], field: string, count: number): string[] => {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const text of new Set(textsOf(row.fields[field]))) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([left, leftCount], [right, rightCount]) => rightCount - leftCount || (left < right ? -1 : 1))
    .slice(0, count)
    .map(([text]) => text);
};

export const fitBlock = (field: FieldSpec, rows: readonly EntityRow[]): EncoderBlock => {
  if (field.kind !== 'numeric') {
    const vocabulary = mostFrequent(rows, field.name, field.width - 1);
    return { kind: field.kind, field: field.name, width: field.width, vocabulary };
  }
  const numbers = rows.flatMap((row) => numberOf(row.fields[field.name], field.transform) ?? []);
  const mean = numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  const deviation = numbers.length === 0 ? 0 : Math.sqrt(squares / numbers.length);
  // A constant feature is standardised to 0, not divided by 0.
  return {
    kind: 'numeric',
    field: field.name,
    transform: field.transform,
    mean,
    deviation: deviation > 0 ? deviation : 1,
  };
};

/** Fits vocabularies, scales and ids of one side to its rows of the training part, in the order of their id. */
export const fitSide = (schema: SideSchema, text: SideText, training: readonly EntityRow[]): SideEncoder => ({
  dim: featureDim(text.dim, schema.fields),
  textDim: text.dim,
  textEncoder: text.encoder,
  blocks: schema.fields.map((field) => fitBlock(field, training)),
  ids: schema.hasId ? training.map(({ id }) => id) : null,
});
