/** Every answer that is no success: one shape, no stack, nothing of the machine. */
import { type ErrorCode, TtExpError } from '../../contracts/errors.ts';
import { printable } from '../../contracts/printable.ts';

/** Codes of the API beside those of the error catalogue. */
export const HTTP_CODE = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'TOO_LARGE',
  417: 'EXPECTATION_FAILED',
  429: 'TOO_MANY_REQUESTS',
  503: 'UNAVAILABLE',
} as const;

export type RefusalStatus = keyof typeof HTTP_CODE | 500;

export interface Refusal {
  readonly status: RefusalStatus;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** When to come again; null where that would not help. */
  readonly retryAfterSeconds: number | null;
}

/** Thrown by a hook or a handler to answer so. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export const refuse = (
  status: keyof typeof HTTP_CODE,
  message: string,
  hint: string,
  retryAfterSeconds: number | null = null,
): RefusedRequest => new RefusedRequest({ status, code: HTTP_CODE[status], message, hint, retryAfterSeconds });

const MIB = 1024 * 1024;
const SEE_DOCS = 'See /openapi.json for what this address takes.';
const INTERNAL: Refusal = {
  status: 500,
  code: 'INTERNAL',
  message: 'The server failed on this request.',
  hint: "Search the server's log for the request id.",
  retryAfterSeconds: null,
};

/** States that pass: the disk is full, a queue is full, a service is away. */
const PASSING: readonly ErrorCode[] = [
  'DISK_FULL',
  'TIMED_OUT',
  'UPSTREAM_REJECTED',
  'SERVICE_UNREACHABLE',
  'HOME_IN_USE',
];

const ofTtExp = ({ code, message, hint }: TtExpError): Refusal => {
  const said = { message, hint: hint ?? SEE_DOCS };
  if (code === 'USAGE') {
    return { status: 400, code: HTTP_CODE[400], ...said, retryAfterSeconds: null };
  }
  if (code === 'ITEM_NOT_FOUND') {
    return { status: 404, code, ...said, retryAfterSeconds: null };
  }
  return PASSING.includes(code) ? { status: 503, code, ...said, retryAfterSeconds: 5 } : INTERNAL;
};

/** What fastify throws for a request that it cannot read. */
interface FrameworkError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
}

const sizeOf = (bytes: number): string => (bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${bytes / 1024} KiB`);

const ofFramework = ({ code, statusCode, message }: FrameworkError, bodyLimit: number): Refusal => {
  if (statusCode === 413) {
    return refuse(
      413,
      `body: larger than the ${sizeOf(bodyLimit)} that this address takes`,
      'Send it in parts, or less of it.',
    ).refusal;
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuse(400, 'content-type: expected application/json', 'Send JSON, with its content type.').refusal;
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse(400, printable(message), SEE_DOCS).refusal;
  }
  return INTERNAL;
};

/**
 * Of whatever was thrown. An error that nobody foresaw tells nothing but that it was one.
 * @param bodyLimit of the address, in bytes
 */
export const refusalOf = (error: unknown, bodyLimit: number): Refusal => {
  if (error instanceof RefusedRequest) {
    return error.refusal;
  }
  if (error instanceof TtExpError) {
    return ofTtExp(error);
  }
  return error instanceof Error ? ofFramework(error, bodyLimit) : INTERNAL;
};

export const refusalBody = ({ code, message, hint }: Refusal, requestId: string) => ({
  error: { code, message: printable(message), hint: printable(hint) },
  request_id: requestId,
});
