/** What of a request's filters leaves items out, and what an unknown user states by them. */
import type { FieldFilters, RecommendRequest } from '../contracts/recommendation.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import { checkValues, type FieldFilter, type Passing, unknownField } from './field-filter.ts';

export interface ReadFilters {
  readonly passing: Passing;
  /** What an unknown user states of themselves, by user field. */
  readonly preferences: FieldFilters;
  /** Which filters were not applied, and what is stated that no user has, as clauses: why. */
  readonly unapplied: readonly string[];
}

const pick = (filters: FieldFilters, isTaken: (field: string) => boolean): FieldFilters =>
  Object.fromEntries(Object.entries(filters).filter(([field]) => isTaken(field)));

/**
 * For a user that is known, every filter is of items. An unknown user states preferences by fields of users; where
 * items have the field too it filters as well, unless no item would be left: what somebody knows is more often a wish
 * than a condition. Throws USAGE.
 */
export const readFilters = (
  { users: { fields: userFields }, items, manifest: { nouns } }: LoadedBundle,
  isKnown: (userId: string) => boolean,
  { items: itemFilter, users: userFilter }: { readonly items: FieldFilter; readonly users: FieldFilter },
  { userId, filters, preferences }: Pick<RecommendRequest, 'userId' | 'filters' | 'preferences'>,
): ReadFilters => {
  if (isKnown(userId)) {
    return { passing: itemFilter.passing(filters), preferences: {}, unapplied: [] };
  }
  const sides = [
    { fields: items.fields, noun: nouns.item },
    { fields: userFields, noun: nouns.user },
  ];
  for (const [field, wanted] of Object.entries(filters)) {
    if (!sides.some(({ fields }) => fields.has(field))) {
      throw unknownField('filter', field, sides);
    }
    checkValues(`filter ${field}`, userFields.get(field), wanted);
  }
  const stated = { ...pick(filters, (field) => userFields.has(field)), ...preferences };
  const ofItems = pick(filters, (field) => items.fields.has(field));
  const passing = itemFilter.passing(ofItems);
  const conditions = pick(ofItems, (field) => !userFields.has(field));
  const withoutStated = passing.none === null ? passing : itemFilter.passing(conditions);
  const ofNobody = Object.entries(stated).flatMap(
    ([field, wanted]) => userFilter.passing({ [field]: wanted }).none ?? [],
  );
  return passing.none === null || withoutStated.none !== null
    ? { passing, preferences: stated, unapplied: ofNobody }
    : {
        ...{ passing: withoutStated, preferences: stated },
        unapplied: [`${passing.none}, so what is stated filters nothing`, ...ofNobody],
      };
};
