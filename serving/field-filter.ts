/** Filters by field, as masks over the rows of one side. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { FieldFilters } from '../contracts/recommendation.ts';
import { nearestHint } from '../policy/nearest.ts';
import { fieldMatcher } from '../policy/serving/match-field.ts';
import { type FieldColumn, markMatching } from '../registry/bundle/field-columns.ts';
import type { BundleSide } from '../registry/bundle/load-bundle.ts';

/** Masks of the filters asked for last; a front end asks for few different ones. */
const KEPT_MASKS = 32;

export interface FieldFilter {
  /** [rows], 1 for what the filters leave out; null without filters. Throws USAGE for a field that nobody has. */
  hiddenBy(filters: FieldFilters): Uint8Array | null;
}

const columnOf = ({ fields }: BundleSide, field: string, noun: string): FieldColumn => {
  const column = fields.get(field);
  if (column !== undefined) {
    return column;
  }
  const known = [...fields.keys()];
  throw new TtExpError('USAGE', `filter: got "${field}", which is no field of a ${noun}`, {
    hint: nearestHint(field, known, `Fields: ${known.join(', ')}.`),
    details: { field },
  });
};

const maskOf = (side: BundleSide, filters: FieldFilters, noun: string): Uint8Array => {
  const hidden = new Uint8Array(side.ids.length);
  for (const [field, wanted] of Object.entries(filters)) {
    const matches = new Uint8Array(hidden.length);
    markMatching(columnOf(side, field, noun), fieldMatcher(wanted), (row) => {
      matches[row] = 1;
    });
    for (let row = 0; row < hidden.length; row += 1) {
      if (matches[row] === 0) {
        hidden[row] = 1;
      }
    }
  }
  return hidden;
};

/** @param noun of the side, for messages */
export const createFieldFilter = (side: BundleSide, noun: string): FieldFilter => {
  const masks = new Map<string, Uint8Array>();
  return {
    hiddenBy: (filters) => {
      if (Object.keys(filters).length === 0) {
        return null;
      }
      const key = canonicalJson(filters);
      const mask = masks.get(key) ?? maskOf(side, filters, noun);
      // Asked for last, so it is the last to go.
      masks.delete(key);
      masks.set(key, mask);
      const [oldest] = masks.keys();
      if (masks.size > KEPT_MASKS && oldest !== undefined) {
        masks.delete(oldest);
      }
      return mask;
    },
  };
};
