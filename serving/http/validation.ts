/** Requests against their schemas: text of addresses becomes numbers and lists, bodies are taken as they are. */
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { printable } from '../../contracts/printable.ts';
import { type RefusedRequest, refuse } from './refusal.ts';
import type { Schema } from './schemas.ts';

const SHOWN = 60;

/** One message for the first thing that is wrong: what, got, expected. */
const explain = (part: string, errors: readonly ErrorObject[]): RefusedRequest => {
  // Of alternatives, the one that came furthest says most.
  const depth = ({ instancePath }: ErrorObject): number => instancePath.split('/').length;
  const error = [...errors].sort((a, b) => depth(b) - depth(a))[0];
  if (error === undefined) {
    return refuse(400, `${part}: not as expected`, 'See /openapi.json.');
  }
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const where = path === '' ? part : path;
  const allowed = error.keyword === 'enum' ? `: ${error.params.allowedValues.join(', ')}` : '';
  const extra = error.keyword === 'additionalProperties' ? ` (${error.params.additionalProperty})` : '';
  const shown = JSON.stringify(error.data) ?? String(error.data);
  const given = shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
  return refuse(
    400,
    `${where}: got ${given}, which ${error.message ?? 'is not as expected'}${allowed}${extra}`,
    `Change ${where}; /openapi.json shows what it may be.`,
  );
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

const shared = { allErrors: false, useDefaults: true, verbose: true, strict: false } as const;

/** Every failure is a `RefusedRequest`. */
export const createValidatorCompiler = (): FastifySchemaCompiler<Schema> => {
  const ofAddress = new Ajv({ ...shared, coerceTypes: 'array' });
  const ofBody = new Ajv(shared);
  ofBody.addFormat('date-time', isTime);
  return ({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? ofBody : ofAddress).compile(schema);
    return (data) => {
      const wrong = httpPart === 'body' ? null : checkNumbers(schema, data);
      if (wrong !== null) {
        return { error: wrong };
      }
      return validate(data) ? { value: data } : { error: explain(httpPart ?? 'request', validate.errors ?? []) };
    };
  };
};
