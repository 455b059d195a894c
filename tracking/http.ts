/** One HTTP call to an MLflow server: connection pool, retries, errors of our catalogue. */
import { type Dispatcher, Pool } from 'undici';
import { TtExpError } from '../contracts/errors.ts';

/** How calls are retried. An outage shorter than `budgetMs` is ridden out. */
export interface RetryPolicy {
  readonly budgetMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { budgetMs: 120_000, firstDelayMs: 200, maxDelayMs: 5_000 };

export interface HttpOptions {
  readonly trackingUri: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly retry: RetryPolicy;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A body that can be sent again: a file is opened anew for each try. */
export type RequestBody = string | Uint8Array | (() => Dispatcher.DispatchOptions['body']);

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the tracking URI, with a leading slash. */
  readonly path: string;
  readonly body?: RequestBody;
  readonly contentType?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Dispatcher.ResponseData['body'];
}

/** MLflow's own name for what went wrong, as "RESOURCE_DOES_NOT_EXIST"; empty for an answer that is not its JSON. */
export class MlflowRejection extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.name = 'MlflowRejection';
    this.status = status;
    this.errorCode = errorCode;
  }
}

const RETRIED_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/** A locked SQLite store answers 503 only after 20 s. */
const HEADERS_TIMEOUT_MS = 60_000;
const BODY_TIMEOUT_MS = 120_000;

const authorization = ({ token, username, password }: HttpOptions): Readonly<Record<string, string>> => {
  if (token !== undefined) {
    return { authorization: `Bearer ${token}` };
  }
  if (username !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
  }
  return {};
};

const rejection = async ({ status, body }: HttpAnswer): Promise<MlflowRejection> => {
  const text = await body.text();
  try {
    const { error_code: errorCode, message } = JSON.parse(text) as { error_code?: string; message?: string };
    return new MlflowRejection(status, errorCode ?? '', message ?? text);
  } catch {
    return new MlflowRejection(status, '', text.slice(0, 300));
  }
};

/** Of runs and experiments, in MLflow's words. */
const DELETED = /must be in the 'active' state/;

const explain = (
  uri: string,
  { method, path }: HttpRequest,
  { status, message, errorCode }: MlflowRejection,
): TtExpError => {
  const got = `status ${status}${errorCode === '' ? '' : ` ${errorCode}`}`;
  const hint =
    status === 401
      ? 'Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
      : status === 403 && errorCode === ''
        ? 'The server refuses this host name: start it with --allowed-hosts naming the host in MLFLOW_TRACKING_URI.'
        : DELETED.test(message)
          ? 'It was deleted in MLflow while it was in use: restore it there (docs/operations.md says how), or run the experiment again.'
          : 'The message is the server’s own; its log may say more.';
  return new TtExpError('UPSTREAM_REJECTED', `MLflow ${uri}: ${method} ${path.split('?')[0]}: got ${got}: ${message}`, {
    hint,
    details: { status, errorCode },
  });
};

export interface HttpClient {
  /** The answer's body must be read to its end. Throws MlflowRejection for a final refusal, SERVICE_UNREACHABLE. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * For what would be done twice when it is asked for again: a failure does not tell whether the server has done it, so
   * `isDone` looks before each further try. null where it found it done. Otherwise as `send`.
   */
  sendOnce(request: HttpRequest, isDone: () => Promise<boolean>): Promise<HttpAnswer | null>;
  /**
   * The same pool; `guard` comes before every try of a request that may write, so that a retry is as safe as the first
   * one. What it throws ends the request.
   */
  guardedBy(guard: () => Promise<void>): HttpClient;
  /** As an error for people. */
  describe(request: HttpRequest, rejection: MlflowRejection): TtExpError;
  close(): Promise<void>;
}

export const createHttpClient = (options: HttpOptions): HttpClient => {
  const { retry, nowMs, sleep } = options;
  const base = new URL(options.trackingUri);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: 8,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
  });

  const attempt = async ({ method, path, body, contentType }: HttpRequest): Promise<HttpAnswer> => {
    const { statusCode, body: answer } = await pool.request({
      method,
      path: `${prefix}${path}`,
      headers: { ...authorization(options), 'content-type': contentType ?? 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'function' ? (body() ?? null) : body }),
    });
    return { status: statusCode, body: answer };
  };

  /** null: `isDone` made a further try superfluous. */
  const sendGuarded = async (
    request: HttpRequest,
    guard: () => Promise<void>,
    isDone: () => Promise<boolean>,
  ): Promise<HttpAnswer | null> => {
    const deadlineMs = nowMs() + retry.budgetMs;
    for (let delayMs = retry.firstDelayMs; ; delayMs = Math.min(retry.maxDelayMs, delayMs * 2)) {
      let problem: string;
      if (request.method !== 'GET') {
        await guard();
      }
      try {
        const answer = await attempt(request);
        if (answer.status < 400) {
          return answer;
        }
        const refused = await rejection(answer);
        if (!RETRIED_STATUS.has(answer.status)) {
          throw refused;
        }
        problem = `status ${answer.status}: ${refused.message}`;
      } catch (error) {
        if (error instanceof MlflowRejection) {
          throw error;
        }
        problem = error instanceof Error && 'code' in error ? `${error.code}: ${error.message}` : String(error);
      }
      if (nowMs() + delayMs > deadlineMs) {
        throw new TtExpError(
          'SERVICE_UNREACHABLE',
          `MLflow ${base.origin}: got no good answer for ${Math.round(retry.budgetMs / 1000)} s (last: ${problem}), expected one`,
          { hint: 'Start it with `tt-exp up`, or correct MLFLOW_TRACKING_URI.' },
        );
      }
      await sleep(delayMs);
      if (await isDone()) {
        return null;
      }
    }
  };

  const guardedBy = (guard: () => Promise<void>): HttpClient => ({
    send: async (request) => (await sendGuarded(request, guard, async () => false)) as HttpAnswer,
    sendOnce: (request, isDone) => sendGuarded(request, guard, isDone),
    guardedBy,
    describe: (request, refused) => explain(base.origin, request, refused),
    close: () => pool.close(),
  });
  return guardedBy(async () => undefined);
};
