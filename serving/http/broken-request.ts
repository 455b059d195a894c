/** What never became a request: answered on the bare connection, in the same shape. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type RefusedRequest, refusalBody, refuse } from './refusal.ts';
import { requestIdOf } from './request-id.ts';

/** An id of 10,000 characters arrives, to be refused by its length. */
export const MOST_HEADER_BYTES = 64 * 1024;

const refusalFor = (code: string | undefined): RefusedRequest => {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse(408, 'the request did not arrive in time', 'Send it faster, or in parts.');
    case 'HPE_HEADER_OVERFLOW':
      return refuse(
        413,
        `the address and the headers are larger than ${MOST_HEADER_BYTES / 1024} KiB`,
        'Shorten them.',
      );
    case 'HPE_INVALID_URL':
      return refuse(400, 'the address has characters that none can have', 'Percent-encode them, as UTF-8.');
    default:
      return refuse(400, 'this is not HTTP as this server reads it', 'See /openapi.json.');
  }
};

/** Of a header `Expect` with anything but 100-continue. */
export const answerUnknownExpectation = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  const { refusal } = refuse(417, `expect: got ${headers.expect}, expected 100-continue`, 'Leave the header out.');
  const requestId = requestIdOf(headers);
  const body = JSON.stringify(refusalBody(refusal, requestId));
  response.writeHead(417, {
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(body);
};

/** Closes the connection. */
export const answerBrokenRequest = ({ code }: NodeJS.ErrnoException, socket: Socket): void => {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { refusal } = refusalFor(code);
  // Its headers were not read.
  const requestId = requestIdOf({});
  const body = JSON.stringify(refusalBody(refusal, requestId));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
