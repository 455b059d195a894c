/** Ids and fields of a bundle, as lines of JSON that are read without holding up the event loop. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FieldValue } from '../../contracts/serving.ts';

const PER_LINE = 1000;
const LINE_END = 0x0a;

const writeLines = (file: string, lines: Iterable<unknown>): Promise<void> =>
  pipeline(function* () {
    for (const line of lines) {
      yield `${JSON.stringify(line)}\n`;
    }
  }, createWriteStream(file));

function* blocksOf<Value>(values: readonly Value[]): Generator<{ readonly from: number; readonly values: Value[] }> {
  for (let from = 0; from < values.length; from += PER_LINE) {
    yield { from, values: values.slice(from, from + PER_LINE) };
  }
}

export const writeIds = (file: string, ids: readonly string[]): Promise<void> =>
  writeLines(
    file,
    (function* () {
      for (const { values } of blocksOf(ids)) {
        yield values;
      }
    })(),
  );

/** Of one field, from a row on. */
export interface FieldBlock {
  readonly field: string;
  readonly from: number;
  readonly values: readonly FieldValue[];
}

/** @param columns field to its values, one an entity */
export const writeFields = (file: string, columns: ReadonlyMap<string, readonly FieldValue[]>): Promise<void> =>
  writeLines(
    file,
    (function* () {
      for (const [field, values] of columns) {
        for (const block of blocksOf(values)) {
          yield { field, ...block };
        }
      }
    })(),
  );

/** Throws SyntaxError where a line is not JSON. */
export function* parseLines(bytes: Uint8Array): Generator<unknown> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let from = 0; from < buffer.length; ) {
    const end = buffer.indexOf(LINE_END, from);
    const until = end === -1 ? buffer.length : end;
    yield JSON.parse(buffer.toString('utf8', from, until));
    from = until + 1;
  }
}
