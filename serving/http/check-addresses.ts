/** Percent-encoding: fastify checks that of the path alone; what it cannot decode of a query it would take as it came. */
import type { FastifyInstance } from 'fastify';
import { printable } from '../../contracts/printable.ts';
import { refuse } from './refusal.ts';

const SHOWN = 60;

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** Anything else is answered with 400. */
export const checkAddresses = (app: FastifyInstance): void => {
  app.addHook('onRequest', ({ url }, _, done) => {
    const from = url.indexOf('?');
    if (from < 0 || url.indexOf('%', from) < 0) {
      done();
      return;
    }
    const wrong = url
      .slice(from + 1)
      .split('&')
      .find((part) => !isDecodable(part));
    done(
      wrong === undefined
        ? undefined
        : refuse(
            400,
            `query: got "${printable(wrong.slice(0, SHOWN))}", which is not percent-encoded UTF-8`,
            'Encode the text as UTF-8, and then each byte with %; a percent sign itself is %25.',
          ),
    );
  });
};
