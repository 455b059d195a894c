/** By what a request is found again: in its answer, in a header of the answer, in the log. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What may stand in a log. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The client's, or a new one. */
export const requestIdOf = (headers: IncomingHttpHeaders): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};
