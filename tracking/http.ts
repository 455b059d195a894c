/** One HTTP call to an MLflow server: connection pool, retries, errors of our catalogue. */
import { open } from 'node:fs/promises';
import { type Dispatcher, Pool } from 'undici';
import { TtExpError } from '../contracts/errors.ts';
import { tlsProblem } from '../contracts/tls-problem.ts';
import {
  CutAnswer,
  explainForeign,
  explainRejection,
  explainTls,
  ForeignAnswer,
  type HttpAnswer,
  type MlflowRejection,
  readJson,
  readRejection,
  unreachableHint,
} from './answers.ts';
import { authorization, type Credentials, createMask } from './credentials.ts';
import { createWaitNotice } from './wait-notice.ts';

/** How calls are retried. An outage shorter than `budgetMs` is ridden out. */
export interface RetryPolicy {
  readonly budgetMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { budgetMs: 120_000, firstDelayMs: 200, maxDelayMs: 5_000 };

export interface HttpOptions extends Credentials {
  readonly trackingUri: string;
  readonly authority?: Buffer;
  readonly retry: RetryPolicy;
  readonly nowMs: () => number;
  /** Of the calendar, in epoch milliseconds. */
  readonly wallMs: () => number;
  /** Told in a sentence where a server has not answered for two seconds, once an outage. */
  readonly onWait?: (message: string) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** A server that says nothing for so long is away, and is not asked again; default: a minute, then as `retry` says. */
  readonly answerLimitMs?: number;
  /** Aborted: requests, and what waits between their tries, end with its reason. */
  readonly signal?: AbortSignal;
}

/** A body that can be sent again: a file is opened anew for each try. */
export type RequestBody = string | { readonly file: string };

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the tracking URI, with a leading slash. */
  readonly path: string;
  readonly body?: RequestBody;
  readonly contentType?: string;
}

const SILENCE = /^UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT/;
const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/** A locked SQLite store answers 503 only after 20 s. */
const HEADERS_TIMEOUT_MS = 60_000;
const BODY_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Never reached: bodies are taken as they come. undici 7 throws outside of any promise, and so ends the process, when a
 * connection closes while a full buffer has its parser paused (nodejs/undici#5360; mended in 8, which wants Node 22).
 */
const BODY_BUFFER_BYTES = Number.MAX_SAFE_INTEGER;

export interface HttpClient {
  /**
   * Returns what `read` makes of an answer of status 200; it must read the body to its end. An answer that was cut is
   * asked for again. Throws MlflowRejection for a final refusal, UPSTREAM_REJECTED for what is not MLflow's own answer,
   * ENVIRONMENT_INVALID for TLS that does not fit, SERVICE_UNREACHABLE, and what this host's file system throws.
   */
  send<Result>(request: HttpRequest, read: (answer: HttpAnswer) => Promise<Result>): Promise<Result>;
  /**
   * For what would be done twice when it is asked for again: a failure does not tell whether the server has done it, so
   * `isDone` looks before each further try. Otherwise as `send`.
   */
  sendOnce(request: HttpRequest, isDone: () => Promise<boolean>): Promise<void>;
  /**
   * The same pool; `guard` comes before every try of a request that may write, so that a retry is as safe as the first
   * one. What it throws ends the request.
   */
  guardedBy(guard: () => Promise<void>): HttpClient;
  /** As an error for people. */
  describe(request: HttpRequest, rejection: MlflowRejection): TtExpError;
  close(): Promise<void>;
}

/** Of this host's disk, not of the connection: ends the request with its cause. */
class LocalFailure extends Error {}

/** Around whatever touches this host's files while a request runs. */
export const locally = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (cause) {
    throw new LocalFailure('a file of this host', { cause });
  }
};

interface Upload {
  readonly bytes: number;
  readonly body: Dispatcher.DispatchOptions['body'];
}

/** One handle for size and content: a file that is replaced meanwhile is sent as it was. */
const openUpload = async (file: string): Promise<Upload> => {
  const handle = await locally(() => open(file));
  const { size } = await locally(() => handle.stat());
  if (size === 0) {
    await handle.close();
    return { bytes: 0, body: '' };
  }
  return { bytes: size, body: handle.createReadStream({ start: 0, end: size - 1 }) };
};

/** In words where another try may help, null where it can't: errors of the connection have a code. */
const passingProblem = (error: unknown): string | null => {
  if (error instanceof CutAnswer) {
    return error.message;
  }
  return error instanceof Error && 'code' in error && !(error instanceof TtExpError)
    ? `${error.code}: ${error.message}`
    : null;
};

interface Sending<Result> {
  readonly read: (answer: HttpAnswer) => Promise<Result>;
  readonly guard: () => Promise<void>;
  readonly isDone: () => Promise<boolean>;
  /** How long it goes on, and why. */
  readonly waited: { deadlineMs: number | null; problem: string | null };
  /** The server has answered. */
  readonly heard: () => void;
}

export const createHttpClient = (options: HttpOptions): HttpClient => {
  const { retry, nowMs, sleep, answerLimitMs } = options;
  const mask = createMask(options);
  const base = new URL(options.trackingUri);
  const notice = createWaitNotice(base.origin, options.onWait, options.wallMs);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: 8,
    headersTimeout: answerLimitMs ?? HEADERS_TIMEOUT_MS,
    bodyTimeout: answerLimitMs ?? BODY_TIMEOUT_MS,
    connectTimeout: answerLimitMs ?? CONNECT_TIMEOUT_MS,
    ...(options.authority === undefined ? {} : { connect: { ca: options.authority } }),
  });

  const attempt = async ({ method, path, body, contentType }: HttpRequest): Promise<HttpAnswer> => {
    const upload =
      typeof body === 'object' ? await openUpload(body.file) : { bytes: Buffer.byteLength(body ?? ''), body };
    const answer = await pool.request({
      method,
      path: `${prefix}${path}`,
      highWaterMark: BODY_BUFFER_BYTES,
      headers: {
        ...authorization(options),
        'content-type': contentType ?? 'application/json',
        ...(body === undefined ? {} : { 'content-length': String(upload.bytes) }),
      },
      ...(upload.body === undefined ? {} : { body: upload.body }),
      ...(options.signal && { signal: options.signal }),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, sentBytes: upload.bytes };
  };

  /** null: `isDone` made a further try superfluous. */
  const sendGuarded = async <Result>(
    request: HttpRequest,
    read: (answer: HttpAnswer) => Promise<Result>,
    guard: () => Promise<void>,
    isDone: () => Promise<boolean>,
  ): Promise<Result | null> => {
    const waited: { deadlineMs: number | null; problem: string | null } = { deadlineMs: null, problem: null };
    const waiting = notice.begin(() => ({
      problem: waited.problem,
      leftMs: waited.deadlineMs === null ? retry.budgetMs : waited.deadlineMs - nowMs(),
    }));
    try {
      return await sendUntil(request, { read, guard, isDone, waited, heard: waiting.heard });
    } finally {
      waiting.end();
    }
  };

  const sendUntil = async <Result>(
    request: HttpRequest,
    { read, guard, isDone, waited, heard }: Sending<Result>,
  ): Promise<Result | null> => {
    for (let delayMs = retry.firstDelayMs; ; delayMs = Math.min(retry.maxDelayMs, delayMs * 2)) {
      let problem: string;
      if (request.method !== 'GET') {
        await guard();
      }
      try {
        const answer = await attempt(request);
        if (answer.status === 200) {
          heard();
          return await read(answer);
        }
        const refused = await readRejection(answer);
        refused.message = mask(refused.message);
        if (!RETRIED_STATUS.has(answer.status)) {
          throw refused;
        }
        problem = `status ${answer.status}: ${refused.message}`;
      } catch (error) {
        if (error instanceof ForeignAnswer) {
          error.message = mask(error.message);
          throw explainForeign({ uri: base.origin, ...request }, error);
        }
        const tls = tlsProblem(error);
        if (tls !== null) {
          throw explainTls(base.origin, tls, error);
        }
        const passing = passingProblem(error);
        if (passing === null) {
          throw error instanceof LocalFailure ? error.cause : error;
        }
        problem = passing;
      }
      if (answerLimitMs !== undefined && SILENCE.test(problem)) {
        throw new TtExpError(
          'SERVICE_UNREACHABLE',
          `MLflow ${base.origin}: no answer within ${answerLimitMs / 1000} s (${problem})`,
          { hint: 'See `tt-exp status`; `tt-exp down` and `tt-exp up` start it anew.' },
        );
      }
      // Counted from the first failure: a long transfer that is cut at its end has all its retries left.
      waited.deadlineMs ??= nowMs() + retry.budgetMs;
      waited.problem = problem;
      if (nowMs() + delayMs > waited.deadlineMs) {
        throw new TtExpError(
          'SERVICE_UNREACHABLE',
          `MLflow ${base.origin}: no usable answer for ${Math.round(retry.budgetMs / 1000)} s (last: ${problem})`,
          { hint: unreachableHint(base.protocol, problem) },
        );
      }
      await sleep(delayMs);
      if (await isDone()) {
        return null;
      }
    }
  };

  /** Whatever a request that was told to end has failed with. */
  const unlessAborted = async <Result>(sending: Promise<Result>): Promise<Result> => {
    try {
      return await sending;
    } catch (error) {
      throw options.signal?.aborted === true ? options.signal.reason : error;
    }
  };

  const guardedBy = (guard: () => Promise<void>): HttpClient => ({
    send: async <Result>(request: HttpRequest, read: (answer: HttpAnswer) => Promise<Result>) =>
      (await unlessAborted(sendGuarded(request, read, guard, async () => false))) as Result,
    sendOnce: async (request, isDone) => {
      await unlessAborted(sendGuarded(request, readJson, guard, isDone));
    },
    guardedBy,
    describe: (request, refused) => explainRejection({ uri: base.origin, ...request }, refused),
    close: () => pool.close(),
  });
  return guardedBy(async () => undefined);
};
