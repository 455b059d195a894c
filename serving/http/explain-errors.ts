/** What is wrong with a request, from what the validator found: what, got, expected. */
import type { ErrorObject } from 'ajv';
import { isObject } from '../../contracts/is-object.ts';
import { nearestHint, nearestOf } from '../../policy/nearest.ts';
import { type RefusedRequest, refuse } from './refusal.ts';

const SHOWN = 60;
const MOST_NAMED = 5;

const cut = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
const shown = (value: unknown): string => cut(JSON.stringify(value) ?? String(value));

const first = (texts: readonly string[], between: string): string => {
  const more = texts.length - MOST_NAMED;
  return [...texts.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(between);
};

const depthOf = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;

const isBelow = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}/`);

const compare = (a: readonly number[], b: readonly number[]): number =>
  a.map((value, place) => value - (b[place] ?? 0)).find((gap) => gap !== 0) ?? 0;

/** Of alternatives, the one that came furthest says most, then the one that knows most of the keys. */
const strangeness = (branch: readonly ErrorObject[]): readonly number[] => [
  -Math.max(...branch.map(depthOf)),
  branch.filter(({ keyword }) => keyword === 'additionalProperties').length,
  branch.length,
];

const withoutOtherBranches = (errors: readonly ErrorObject[], choice: ErrorObject): readonly ErrorObject[] => {
  if (!errors.includes(choice)) {
    return errors; // within a branch that is gone
  }
  const branches = new Map<string, ErrorObject[]>();
  const others: ErrorObject[] = [];
  for (const error of errors) {
    const isOfBranch =
      error.schemaPath.startsWith(`${choice.schemaPath}/`) && isBelow(error.instancePath, choice.instancePath);
    if (isOfBranch) {
      const name = error.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0] ?? '';
      branches.set(name, [...(branches.get(name) ?? []), error]);
    } else if (error !== choice) {
      others.push(error);
    }
  }
  const alternatives = [...branches.values()];
  if (alternatives.every(([error]) => error?.keyword === 'type' && error.instancePath === choice.instancePath)) {
    const types = alternatives.flatMap(([error]) => error?.params.type ?? []);
    return [...others, { ...choice, message: `must be ${types.join(' or ')}` }];
  }
  return [...others, ...(alternatives.sort((a, b) => compare(strangeness(a), strangeness(b)))[0] ?? [choice])];
};

interface Mistake {
  readonly where: string;
  readonly message: string;
  readonly hints: readonly string[];
}

const clause = (keys: readonly string[], one: string, several: string): readonly string[] =>
  keys.length === 0 ? [] : [`${first(keys.map(cut), ', ')} ${keys.length === 1 ? one : several}`];

const nearestOfAll = (unknown: readonly string[], known: readonly string[]): readonly string[] => {
  const [key, ...others] = unknown;
  if (key !== undefined && others.length === 0) {
    return [nearestHint(key, known, '').trim()];
  }
  return unknown.slice(0, MOST_NAMED).flatMap((name) => {
    const nearest = nearestOf(name, known);
    return nearest === null ? [] : [`Did you mean ${nearest} by ${cut(name)}?`];
  });
};

/** Keys that an object lacks, and those that it should not have. */
const ofKeys = (where: string, errors: readonly ErrorObject[]): Mistake => {
  const missing = errors.flatMap(({ keyword, params }) => (keyword === 'required' ? [params.missingProperty] : []));
  const unknown = errors.flatMap(({ keyword, params }) =>
    keyword === 'additionalProperties' ? [params.additionalProperty] : [],
  );
  const [error] = errors;
  const properties: unknown = error?.parentSchema?.properties;
  const wrong = [
    ...clause(missing, 'is missing', 'are missing'),
    ...clause(unknown, 'is no known key', 'are no known keys'),
  ];
  return {
    where,
    message: `${where}: got ${shown(error?.data)}, in which ${wrong.join(', ')}`,
    hints: nearestOfAll(unknown, isObject(properties) ? Object.keys(properties) : []),
  };
};

const expectedBy = ({ keyword, params, message }: ErrorObject): string => {
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`;
    case 'enum':
      return `${message}: ${params.allowedValues.join(', ')}`;
    default:
      return message ?? 'is not as expected';
  }
};

const ofValue = (where: string, error: ErrorObject): Mistake => ({
  where,
  message: `${where}: got ${shown(error.data)}, which ${expectedBy(error)}`,
  hints: [],
});

const KEY_ERRORS: readonly string[] = ['required', 'additionalProperties'];

const mistakesAt = (where: string, errors: readonly ErrorObject[]): readonly Mistake[] => {
  const ofItsKeys = errors.filter(({ keyword }) => KEY_ERRORS.includes(keyword));
  const others = errors.filter(({ keyword }) => !KEY_ERRORS.includes(keyword));
  return [...(ofItsKeys.length === 0 ? [] : [ofKeys(where, ofItsKeys)]), ...others.map((one) => ofValue(where, one))];
};

/** @param part of the request: body, querystring, params */
export const explainErrors = (part: string, found: readonly ErrorObject[]): RefusedRequest => {
  const errors = found.filter(({ keyword }) => keyword === 'anyOf').reduce(withoutOtherBranches, found);
  const byPlace = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const path = error.instancePath.slice(1).replaceAll('/', '.');
    const where = path === '' ? part : cut(path);
    byPlace.set(where, [...(byPlace.get(where) ?? []), error]);
  }
  const mistakes = [...byPlace].flatMap(([where, itsErrors]) => mistakesAt(where, itsErrors));
  const places = first([...byPlace.keys()], ', ');
  const hints = mistakes.flatMap(({ hints: nearest }) => nearest).slice(0, MOST_NAMED);
  return refuse(
    400,
    first(
      mistakes.map(({ message }) => message),
      '; ',
    ),
    [...hints, `Change ${places}; /openapi.json shows what it may be.`].join(' '),
  );
};
