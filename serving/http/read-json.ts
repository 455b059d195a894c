/** Bodies: JSON, without names that could reach into the objects of the program. */
import type { FastifyInstance } from 'fastify';
import { refuse } from './refusal.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Every failure answers 400. */
export const readJsonBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    parse(request, body, (error, value) =>
      error !== null && isJson(body)
        ? done(refuse(400, 'body: has a key __proto__ or constructor.prototype, which no field is', 'Leave it out.'))
        : done(error, value),
    ),
  );
};
