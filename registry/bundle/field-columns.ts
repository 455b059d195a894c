/** A field of users or items, each distinct value kept once: entity e has values[codes[starts[e]]] and those after it. */
import { missing } from '../../contracts/element-at.ts';
import type { FieldValue } from '../../contracts/serving.ts';
import type { FieldBlock } from './json-lines.ts';

export interface FieldColumn {
  /** Distinct; lists are taken apart. */
  readonly values: readonly (string | number | boolean)[];
  /** [entities + 1] */
  readonly starts: Int32Array;
  readonly codes: Int32Array;
}

export interface ColumnBuilder {
  /** Blocks of a field come in the order of their rows, without gaps. */
  add(block: Pick<FieldBlock, 'from' | 'values'>): void;
  build(): FieldColumn;
}

const entriesOf = (value: FieldValue): readonly (string | number | boolean)[] =>
  value === null ? [] : typeof value === 'object' ? value : [value];

export const createColumnBuilder = (entities: number): ColumnBuilder => {
  const codeOf = new Map<string | number | boolean, number>();
  const starts = new Int32Array(entities + 1);
  let codes = new Int32Array(entities);
  let length = 0;
  const push = (entry: string | number | boolean): void => {
    const code = codeOf.get(entry) ?? codeOf.size;
    codeOf.set(entry, code);
    if (length === codes.length) {
      const wider = new Int32Array(Math.max(16, 2 * length));
      wider.set(codes);
      codes = wider;
    }
    codes[length] = code;
    length += 1;
  };
  return {
    add: ({ from, values }) => {
      for (const [offset, value] of values.entries()) {
        entriesOf(value).forEach(push);
        starts[from + offset + 1] = length;
      }
    },
    build: () => ({ values: [...codeOf.keys()], starts, codes: codes.slice(0, length) }),
  };
};

/** Marks the entities that have a value for which `isWanted` holds. */
export const markMatching = (
  { values, starts, codes }: FieldColumn,
  isWanted: (value: string | number | boolean) => boolean,
  mark: (entity: number) => void,
): void => {
  const wanted = Uint8Array.from(values, (value) => (isWanted(value) ? 1 : 0));
  for (let entity = 0; entity + 1 < starts.length; entity += 1) {
    const end = starts[entity + 1] ?? missing(starts, entity + 1);
    for (let entry = starts[entity] ?? missing(starts, entity); entry < end; entry += 1) {
      if (wanted[codes[entry] ?? missing(codes, entry)] === 1) {
        mark(entity);
        break;
      }
    }
  }
};
