/** Requests against their schemas: text of addresses becomes numbers and lists, bodies are taken as they are. */
import { Ajv } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { isObject } from '../../contracts/is-object.ts';
import { printable } from '../../contracts/printable.ts';
import { explainErrors } from './explain-errors.ts';
import { type RefusedRequest, refuse } from './refusal.ts';
import type { Schema } from './schemas.ts';

const SHOWN = 60;

/** Of more, only the first mistake is named: to find all of them takes long. */
const MOST_VALUES_EXPLAINED = 5_000;
const MOST_ERRORS_EXPLAINED = 200;

const isSmall = (data: unknown): boolean => {
  const open = [data];
  let values = 0;
  while (open.length > 0) {
    const next = open.pop();
    const inner = typeof next === 'object' && next !== null ? Object.values(next) : [];
    values += inner.length;
    if (values > MOST_VALUES_EXPLAINED) {
      return false;
    }
    open.push(...inner);
  }
  return true;
};

/** ISO 8601, date and time, in UTC where it names no zone. A day that no calendar has is none. */
const isTime = (text: string): boolean => {
  const [, day = ''] = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?$/i.exec(text) ?? [];
  return day !== '' && !Number.isNaN(Date.parse(text.toUpperCase())) && onCalendar(day);
};

const onCalendar = (day: string): boolean => {
  const time = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toJSON().startsWith(day);
};

const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** JavaScript reads 0x5, 0b1 and blanks as numbers too. null where all are decimal. */
const checkNumbers = ({ properties }: Schema, data: unknown): RefusedRequest | null => {
  const types = (properties ?? {}) as Readonly<Record<string, Schema>>;
  for (const [name, value] of Object.entries(data ?? {})) {
    const type = Object.hasOwn(types, name) ? types[name]?.type : undefined;
    if ((type === 'integer' || type === 'number') && typeof value === 'string' && !DECIMAL.test(value)) {
      const given = printable(value.slice(0, SHOWN));
      return refuse(
        400,
        `${name}: got ${JSON.stringify(given)}, which must be ${type}`,
        `Change ${name}; /openapi.json shows what it may be.`,
      );
    }
  }
  return null;
};

const shared = { verbose: true, strict: false } as const;

const validators = (coerceTypes: 'array' | false) => {
  const first = new Ajv({ ...shared, coerceTypes, useDefaults: true });
  // Slow where there are many: asked for what is wrong already.
  const every = new Ajv({ ...shared, coerceTypes, allErrors: true });
  for (const ajv of [first, every]) {
    ajv.addFormat('date-time', isTime);
  }
  return { first, every };
};

/** What the client sent, without the defaults that stand in for what is missing. */
const withoutDefaults = (data: unknown, sent: ReadonlySet<string>): unknown => {
  for (const name of isObject(data) ? Object.keys(data).filter((key) => !sent.has(key)) : []) {
    Reflect.deleteProperty(data as object, name);
  }
  return data;
};

/** Every failure is a `RefusedRequest`. */
export const createValidatorCompiler = (): FastifySchemaCompiler<Schema> => {
  const ofAddress = validators('array');
  const ofBody = validators(false);
  return ({ schema, httpPart }) => {
    const { first, every } = httpPart === 'body' ? ofBody : ofAddress;
    const validate = first.compile(schema);
    const explain = (data: unknown): RefusedRequest => {
      const found = validate.errors ?? [];
      const findAll = isSmall(data) ? every.compile(schema) : null;
      findAll?.(data);
      const all = findAll?.errors ?? [];
      const isShort = all.length > 0 && all.length <= MOST_ERRORS_EXPLAINED;
      return explainErrors(httpPart ?? 'request', isShort ? all : found);
    };
    return (data) => {
      const wrong = httpPart === 'body' ? null : checkNumbers(schema, data);
      if (wrong !== null) {
        return { error: wrong };
      }
      const sent = new Set(isObject(data) ? Object.keys(data) : []);
      return validate(data) ? { value: data } : { error: explain(withoutDefaults(data, sent)) };
    };
  };
};
