/** What a request may ask for, whoever passes it on. */
import { TtExpError } from '../contracts/errors.ts';
import type { ItemRequest, RecommendRequest } from '../contracts/recommendation.ts';
import { DEEPEST_OFFSET, MOST_ITEMS } from '../policy/serving/page-bounds.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import { checkValues, unknownField } from './field-filter.ts';

const refuse = (what: string, got: unknown, expected: string): TtExpError =>
  new TtExpError('USAGE', `${what}: got ${got}, expected ${expected}`, { hint: `Change ${what}.` });

const requireWhole = (what: string, value: number, [least, most]: readonly [number, number]): void => {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw refuse(what, value, `a whole number from ${least} to ${most}`);
  }
};

const requireShare = (what: string, value: number): void => {
  if (!(value >= 0 && value <= 1)) {
    throw refuse(what, value, 'a number from 0 to 1');
  }
};

/** Throws USAGE. */
export const checkRequest = (request: RecommendRequest | ItemRequest, { users, manifest }: LoadedBundle): void => {
  requireWhole('limit', request.limit, [1, MOST_ITEMS]);
  requireWhole('offset', request.offset ?? 0, [0, DEEPEST_OFFSET]);
  if ('userId' in request) {
    requireShare('diversity', request.diversity ?? 0);
    requireShare('damping', request.damping ?? 0);
    for (const [field, wanted] of Object.entries(request.preferences)) {
      const column = users.fields.get(field);
      if (column === undefined) {
        throw unknownField('preferences', field, [{ fields: users.fields, noun: manifest.nouns.user }]);
      }
      checkValues(`preferences ${field}`, column, wanted);
    }
  }
};
