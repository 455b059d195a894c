/** What a request may ask for, whoever passes it on: programs without types among them. */
import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { FieldFilters, ItemRequest, RecommendRequest } from '../contracts/recommendation.ts';
import { ENGINE_NAMES } from '../contracts/serving.ts';
import { DEEPEST_OFFSET, LONGEST_ID, MOST_ITEMS } from '../policy/serving/page-bounds.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import { checkValues, unknownField } from './field-filter.ts';

const SEEN = ['all', 'before_test'] as const;

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value)).slice(0, 80);

/** USAGE: what, got, expected. */
export const refuseOption = (what: string, got: unknown, expected: string): TtExpError =>
  new TtExpError('USAGE', `${what}: got ${shown(got)}, expected ${expected}`, { hint: `Change ${what}.` });

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

const requireWhole = (what: string, value: unknown, [least, most]: readonly [number, number]): void => {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw refuseOption(what, value, `a whole number from ${least} to ${most}`);
  }
};

const requireShare = (what: string, value: unknown): void => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw refuseOption(what, value, 'a number from 0 to 1');
  }
};

const requireId = (what: string, value: unknown): void => {
  if (!isText(value) || value === '' || value.length > LONGEST_ID) {
    throw refuseOption(what, value, `a text of 1 to ${LONGEST_ID} characters`);
  }
};

const requireOneOf = (what: string, value: unknown, known: readonly string[]): void => {
  if (value !== undefined && !(isText(value) && known.includes(value))) {
    throw refuseOption(what, value, `one of ${known.join(', ')}`);
  }
};

const requireValues = (what: string, filters: FieldFilters): void => {
  if (!isObject(filters)) {
    throw refuseOption(what, filters, 'an object of fields and their values');
  }
  for (const [field, wanted] of Object.entries(filters)) {
    if (!isTexts(wanted) || wanted.length === 0) {
      throw refuseOption(`${what}.${field}`, wanted, 'a text, or one or more of them');
    }
  }
};

const checkPreferences = (preferences: FieldFilters, { users, manifest: { nouns } }: LoadedBundle): void => {
  requireValues('preferences', preferences);
  for (const [field, wanted] of Object.entries(preferences)) {
    const column = users.fields.get(field);
    if (column === undefined) {
      throw unknownField('preferences', field, [{ fields: users.fields, noun: nouns.user }]);
    }
    checkValues(`preferences ${field}`, column, wanted);
  }
};

/** Throws USAGE. */
export const checkRequest = (request: RecommendRequest | ItemRequest, bundle: LoadedBundle): void => {
  if ('userId' in request) {
    requireId('userId', request.userId);
    requireShare('diversity', request.diversity ?? 0);
    requireShare('damping', request.damping ?? 0);
    requireOneOf('engine', request.engine, ENGINE_NAMES);
    requireOneOf('seen', request.seen, SEEN);
    checkPreferences(request.preferences, bundle);
  } else {
    requireId('itemId', request.itemId);
  }
  requireWhole('limit', request.limit, [1, MOST_ITEMS]);
  requireWhole('offset', request.offset ?? 0, [0, DEEPEST_OFFSET]);
  requireValues('filters', request.filters);
  if (!isTexts(request.exclude)) {
    throw refuseOption('exclude', request.exclude, 'a list of ids');
  }
};
