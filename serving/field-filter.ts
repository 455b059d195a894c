/** Filters by field, as masks over the rows of one side. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { FieldFilters } from '../contracts/recommendation.ts';
import { nearestOf } from '../policy/nearest.ts';
import { fieldMatcher, fitsNumbers } from '../policy/serving/match-field.ts';
import type { FieldColumn } from '../registry/bundle/field-columns.ts';
import type { BundleSide } from '../registry/bundle/load-bundle.ts';
import type { CatalogueSide } from './catalogue-side.ts';

/** Masks of the filters asked for last; a front end asks for few different ones. */
const KEPT_MASKS = 32;

export interface Passing {
  /** [rows of the bundle], 1 for what the filters leave out; null without filters. */
  readonly hidden: Uint8Array | null;
  /** Rows given online that the filters leave out. */
  readonly hiddenOnline: readonly number[];
  /** Why nothing passes, as a clause: `no startup has type=merger`; null where something does. */
  readonly none: string | null;
}

export interface FieldFilter {
  /** Throws USAGE for a field that this side does not have, and for a value that a field of numbers cannot have. */
  passing(filters: FieldFilters): Passing;
}

/** @param sides whose fields may be named, the one that is asked about first */
export const unknownField = (
  what: string,
  field: string,
  sides: readonly { readonly fields: BundleSide['fields']; readonly noun: string }[],
): TtExpError => {
  const known = sides.flatMap(({ fields }) => [...fields.keys()]);
  const nearest = nearestOf(field, known);
  const lists = sides.map(({ fields, noun }) => `Fields of a ${noun}: ${[...fields.keys()].join(', ') || 'none'}.`);
  return new TtExpError(
    'USAGE',
    `${what}: got "${field}", which is no field of a ${sides.map(({ noun }) => noun).join(' or a ')}`,
    { hint: [...(nearest === null ? [] : [`Did you mean ${nearest}?`]), ...lists].join(' '), details: { field } },
  );
};

const isOfNumbers = ({ values }: FieldColumn): boolean =>
  values.length > 0 && values.every((value) => typeof value === 'number');

/** Throws USAGE. */
export const checkValues = (what: string, column: FieldColumn | undefined, wanted: readonly string[]): void => {
  const wrong = column !== undefined && isOfNumbers(column) ? wanted.find((text) => !fitsNumbers(text)) : undefined;
  if (wrong !== undefined) {
    throw new TtExpError('USAGE', `${what}: got "${wrong}", expected a number, or a range as 5..10, 5.. or ..10`, {
      hint: 'Every value of this field is a number. The lower end of a range comes first; both ends are included.',
    });
  }
};

const describe = (filters: readonly (readonly [string, readonly string[]])[]): string =>
  filters.map(([field, wanted]) => `${field}=${wanted.join(' or ')}`).join(' and ');

const passingOf = (side: CatalogueSide, filters: FieldFilters, noun: string): Passing => {
  const { ids, fields } = side.bundle;
  const all = new Uint8Array(side.size());
  const passingWith = (none: string | null): Passing => {
    const hiddenOnline: number[] = [];
    for (let row = ids.length; row < all.length; row += 1) {
      if (all[row] === 1) {
        hiddenOnline.push(row);
      }
    }
    return { hidden: all.subarray(0, ids.length), hiddenOnline, none };
  };
  const wishes = Object.entries(filters);
  for (const [field, wanted] of wishes) {
    const column = fields.get(field);
    if (column === undefined) {
      throw unknownField('filter', field, [{ fields, noun }]);
    }
    checkValues(`filter ${field}`, column, wanted);
  }
  for (const [field, wanted] of wishes) {
    const matches = new Uint8Array(all.length);
    let matching = 0;
    side.mark(field, fieldMatcher(wanted), (row) => {
      matches[row] = 1;
      matching += 1;
    });
    if (matching === 0) {
      all.fill(1);
      return passingWith(`no ${noun} has ${describe([[field, wanted]])}`);
    }
    for (let row = 0; row < all.length; row += 1) {
      if (matches[row] === 0) {
        all[row] = 1;
      }
    }
  }
  return passingWith(all.includes(0) ? null : `no ${noun} has ${describe(wishes)}`);
};

/** @param noun of the side, for messages */
export const createFieldFilter = (side: CatalogueSide, noun: string): FieldFilter => {
  const kept = new Map<string, Passing>();
  let revision = side.online.revision();
  return {
    passing: (filters) => {
      if (Object.keys(filters).length === 0) {
        return { hidden: null, hiddenOnline: [], none: null };
      }
      if (side.online.revision() !== revision) {
        kept.clear();
        revision = side.online.revision();
      }
      const key = canonicalJson(filters);
      const passing = kept.get(key) ?? passingOf(side, filters, noun);
      // Asked for last, so it is the last to go.
      kept.delete(key);
      kept.set(key, passing);
      const [oldest] = kept.keys();
      if (kept.size > KEPT_MASKS && oldest !== undefined) {
        kept.delete(oldest);
      }
      return passing;
    },
  };
};
