/** What an answer is: MLflow's own, its refusal, one that was cut on the way, or somebody else's. */
import type { Dispatcher } from 'undici';
import { type ErrorCode, TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { TlsProblem } from '../contracts/tls-problem.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  /** Of the request's body. */
  readonly sentBytes: number;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** An answer of status 400 or above. */
export class MlflowRejection extends Error {
  readonly status: number;
  /** MLflow's own name for what went wrong, as "RESOURCE_DOES_NOT_EXIST"; empty for an answer that is not its JSON. */
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.name = 'MlflowRejection';
    this.status = status;
    this.errorCode = errorCode;
  }
}

/** Only the beginning arrived: the same request may be answered whole. */
export class CutAnswer extends Error {}

/** Not MLflow's: the message completes "got …, expected …". To ask again changes nothing. */
export class ForeignAnswer extends Error {}

const LONGEST_TEXT = 300;

const header = ({ headers }: HttpAnswer, name: string): string => String(headers[name] ?? '');

const isJson = (answer: HttpAnswer): boolean =>
  /^application\/(?:[\w.-]+\+)?json\b/i.test(header(answer, 'content-type'));

/** Addresses of login pages carry what was asked for and by whom in their query. */
const placeOf = (location: string): string => location.replace(/[?#].*$/s, '').slice(0, LONGEST_TEXT);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new CutAnswer(`an answer of ${text.length} characters that ends in the middle of its JSON`);
  }
};

const parseObject = (answer: HttpAnswer, text: string): JsonObject => {
  if (!isJson(answer)) {
    const kind = header(answer, 'content-type') || 'no content type';
    throw new ForeignAnswer(`status 200 with ${kind.slice(0, LONGEST_TEXT)}`);
  }
  const value = parse(text);
  if (!isObject(value)) {
    throw new ForeignAnswer('status 200 with JSON that is not an object');
  }
  return value;
};

/** The object of an answer of status 200. Throws CutAnswer, ForeignAnswer. */
export const readJson = async <Answer = JsonObject>(answer: HttpAnswer): Promise<Answer> =>
  parseObject(answer, await answer.body.text()) as Answer;

/** For an upload, which a server answers with an empty object or, where uvicorn runs it, with nothing at all. */
export const readDone = async (answer: HttpAnswer): Promise<void> => {
  const text = await answer.body.text();
  if (text !== '') {
    parseObject(answer, text);
  }
};

/** For every other status. Throws CutAnswer, ForeignAnswer. */
export const readRejection = async (answer: HttpAnswer): Promise<MlflowRejection> => {
  const { status } = answer;
  const text = await answer.body.text();
  if (status < 400) {
    const location = header(answer, 'location');
    throw new ForeignAnswer(`status ${status}${location === '' ? '' : `, a redirect to ${placeOf(location)}`}`);
  }
  const value = isJson(answer) ? parse(text) : null;
  if (!isObject(value)) {
    return new MlflowRejection(status, '', text.slice(0, LONGEST_TEXT));
  }
  const { error_code: errorCode, message } = value;
  return new MlflowRejection(
    status,
    typeof errorCode === 'string' ? errorCode : '',
    typeof message === 'string' ? message : text.slice(0, LONGEST_TEXT),
  );
};

interface Asked {
  readonly uri: string;
  readonly method: string;
  readonly path: string;
}

const rejected = (
  code: ErrorCode,
  { uri, method, path }: Asked,
  got: string,
  hint: string,
  details: JsonObject = {},
): TtExpError => new TtExpError(code, `MLflow ${uri}: ${method} ${path.split('?')[0]}: got ${got}`, { hint, details });

const FOREIGN_HINT =
  'Something in front of MLflow answered, such as a proxy that asks for a login: set MLFLOW_TRACKING_URI to the address of MLflow itself, or give the credentials that the proxy needs.';

/** Of runs and experiments, in MLflow's words. */
const DELETED = /must be in the 'active' state/;

const hintFor = ({ status, errorCode, message }: MlflowRejection): string => {
  if (status === 401) {
    return 'Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.';
  }
  if (DELETED.test(message)) {
    return 'It was deleted in MLflow while it was in use: restore it there (docs/operations.md says how), or run the experiment again.';
  }
  if (errorCode !== '') {
    return 'The message is the server’s own; its log may say more.';
  }
  if (status === 413) {
    return 'A proxy in front of MLflow limits the size of uploads: raise its limit (nginx: client_max_body_size).';
  }
  if (status === 403 && /host header/i.test(message)) {
    return 'The server refuses this host name: start it with --allowed-hosts naming the host in MLFLOW_TRACKING_URI.';
  }
  if (status === 403 && !/</.test(message)) {
    return 'The user may not do this, or what is asked for does not exist: let an admin of the MLflow server grant the permission.';
  }
  return FOREIGN_HINT;
};

export const explainRejection = (asked: Asked, rejection: MlflowRejection): TtExpError => {
  const { status, errorCode, message } = rejection;
  const got = `status ${status}${errorCode === '' ? '' : ` ${errorCode}`}: ${message}`;
  // Credentials are this process's own, and wrong for every call.
  const code = status === 401 ? 'ENVIRONMENT_INVALID' : 'UPSTREAM_REJECTED';
  return rejected(code, asked, got, hintFor(rejection), { status, errorCode });
};

const TLS: Readonly<Record<TlsProblem, readonly [string, string]>> = {
  'unknown authority': [
    'its certificate is signed by an authority that is not known here',
    'Name the file with the certificate of that authority (PEM) in MLFLOW_TRACKING_SERVER_CERT_PATH.',
  ],
  'other name': ['its certificate is for another name', 'Correct the host in MLFLOW_TRACKING_URI.'],
  'bad certificate': [
    'its certificate is not valid',
    'Whoever runs the server must renew its certificate; the clocks of both hosts must be right.',
  ],
  'no TLS': ['it does not speak TLS', 'Correct the port in MLFLOW_TRACKING_URI, or begin it with http://.'],
  'client refused': [
    'it wants a certificate of the client, which tt-exp cannot show to MLflow',
    'Let the proxy in front of MLflow accept a token, or user name and password.',
  ],
};

/** Nothing that passes: it is not tried again. */
export const explainTls = (uri: string, problem: TlsProblem, cause: unknown): TtExpError => {
  const [what, hint] = TLS[problem];
  const said = cause instanceof Error ? cause.message : String(cause);
  return new TtExpError('ENVIRONMENT_INVALID', `MLflow ${uri}: ${what} (${said})`, { hint, cause });
};

/** A server with TLS closes a plain connection without a word, or answers in another language. */
export const unreachableHint = (protocol: string, problem: string): string => {
  const hint = 'Start it with `tt-exp up`, or correct MLFLOW_TRACKING_URI';
  const mayWantTls = protocol === 'http:' && /^(?:UND_ERR_SOCKET|ECONNRESET|HPE_)/.test(problem);
  return mayWantTls ? `${hint}; if the server speaks TLS, begin it with https://.` : `${hint}.`;
};

export const explainForeign = (asked: Asked, { message }: ForeignAnswer): TtExpError =>
  rejected('UPSTREAM_REJECTED', asked, `${message}, expected MLflow’s own answer: 200 with JSON`, FOREIGN_HINT);
