/** Requests against their schemas: text of addresses becomes numbers and lists, bodies are taken as they are. */
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
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

const shared = { allErrors: false, useDefaults: true, verbose: true, strict: false } as const;

/** Every failure is a `RefusedRequest`. */
export const createValidatorCompiler = (): FastifySchemaCompiler<Schema> => {
  const ofAddress = new Ajv({ ...shared, coerceTypes: 'array' });
  const ofBody = new Ajv(shared);
  return ({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? ofBody : ofAddress).compile(schema);
    return (data) =>
      validate(data) ? { value: data } : { error: explain(httpPart ?? 'request', validate.errors ?? []) };
  };
};
