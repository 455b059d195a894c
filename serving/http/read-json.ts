/** Bodies: JSON in UTF-8, without names that could reach into the objects of the program, and without text that no file can hold. */
import { MIMEType } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { type RefusedRequest, refuse } from './refusal.ts';

interface Place {
  readonly path: string;
  readonly level: number;
  readonly value: unknown;
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** In Unicode mode, one that is no half of a pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Nothing that a body may have is half as deep; a message about one that is deeper would exhaust the stack. */
const MOST_LEVELS = 32;

const HALF_A_PAIR = 'has half a surrogate pair (\\ud800 to \\udfff alone), which is no Unicode text';

/** Of a key or a string that UTF-8 cannot hold, so that DuckDB would not read its line of a log; null: all is well. */
const refuseValue = (body: unknown): RefusedRequest | null => {
  const open: Place[] = [{ path: '', level: 0, value: body }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, level, value } = next;
    if (level > MOST_LEVELS) {
      return refuse(400, `body: is nested deeper than ${MOST_LEVELS} levels`, 'See /openapi.json.');
    }
    const texts = typeof value === 'object' && value !== null ? Object.keys(value) : [value];
    if (texts.some((text) => typeof text === 'string' && LONE_SURROGATE.test(text))) {
      return refuse(
        400,
        `${path || 'body'}: ${HALF_A_PAIR}`,
        'Send whole characters: most such texts were cut in one.',
      );
    }
    for (const [name, inner] of typeof value === 'object' && value !== null ? Object.entries(value) : []) {
      open.push({ path: path === '' ? name : `${path}.${name}`, level: level + 1, value: inner });
    }
  }
  return null;
};

/** What nearly every client sends, without the cost of reading it as a MIME type. */
const USUAL_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const UTF_8 = /^utf-?8$/i;

/** Of bytes that are said to be text of another encoding; null: they are to be UTF-8. */
const refuseCharset = (contentType: string | undefined): RefusedRequest | null => {
  if (contentType === undefined || USUAL_TYPE.test(contentType)) {
    return null;
  }
  const charset = new MIMEType(contentType).params.get('charset');
  return charset === null || UTF_8.test(charset)
    ? null
    : refuse(400, `content-type: got charset "${charset}", expected utf-8`, 'Encode the body as UTF-8.');
};

/** Fatal: it would else read different bytes that are not UTF-8 as the same character, and so two ids as one. */
const UTF_8_DECODER = new TextDecoder('utf-8', { fatal: true });

/** Without a byte order mark at the beginning. null: the bytes are not UTF-8. */
const decode = (body: Buffer): string | null => {
  try {
    return UTF_8_DECODER.decode(body);
  } catch {
    return null;
  }
};

/** Every failure answers 400. A DELETE may name the content type of the body that it does not have. */
export const readJsonBodies = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  // fastify takes text of itself, and the schema would say of it that it is no object.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    if (request.method === 'DELETE' && bytes.length === 0) {
      done(null, undefined);
      return;
    }
    const wrongCharset = refuseCharset(request.headers['content-type']);
    const body = decode(bytes);
    if (wrongCharset !== null || body === null) {
      done(wrongCharset ?? refuse(400, 'body: has bytes that are not UTF-8', 'Encode the body as UTF-8.'), undefined);
      return;
    }
    parse(request, body, (error, value) => {
      if (error !== null) {
        const why = refuse(
          400,
          'body: has a key __proto__ or constructor.prototype, which no field is',
          'Leave it out.',
        );
        done(isJson(body) ? why : error, value);
        return;
      }
      done(refuseValue(value), value);
    });
  });
};
