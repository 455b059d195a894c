/** The one error class of tt-exp and the catalogue of its codes. docs/errors.md has a section for each code. */

import { redactError, redactUrls, redactValue } from './redact.ts';

/** Who must act: the author of the config, the owner of the data, a service we call, the machine, or us. */
export type ErrorActor = 'config' | 'data' | 'upstream' | 'resource' | 'bug' | 'outcome';

export interface ErrorKind {
  readonly actor: ErrorActor;
  /** Whether the same step may succeed when it is simply tried again. */
  readonly isRetryable: boolean;
  /** Exit code of the CLI when this error ends a command. */
  readonly exitCode: number;
}

/** Exit codes of the CLI (sysexits.h where one fits). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 64,
  badData: 65,
  missingInput: 66,
  unreachable: 69,
  timedOut: 75,
  badConfig: 78,
  interrupted: 130,
} as const;

const kind = (actor: ErrorActor, isRetryable: boolean, exitCode: number): ErrorKind => ({
  actor,
  isRetryable,
  exitCode,
});

export const ERROR_CATALOGUE = {
  // the command line and the config
  USAGE: kind('config', false, EXIT.usage),
  CONFIG_NOT_FOUND: kind('config', false, EXIT.missingInput),
  CONFIG_SYNTAX: kind('config', false, EXIT.badConfig),
  CONFIG_INVALID: kind('config', false, EXIT.badConfig),
  SPACE_EMPTY: kind('config', false, EXIT.badConfig),
  ENVIRONMENT_INVALID: kind('config', false, EXIT.badConfig),
  // data
  SOURCE_MISMATCH: kind('config', false, EXIT.badConfig),
  SOURCE_NOT_FOUND: kind('data', false, EXIT.missingInput),
  NO_DATA_LOADED: kind('data', false, EXIT.badData),
  MISSING_EMBEDDINGS: kind('data', false, EXIT.badData),
  DATA_INVALID: kind('data', false, EXIT.badData),
  SPLIT_LEAK: kind('data', false, EXIT.badData),
  DATASET_NOT_FOUND: kind('data', false, EXIT.missingInput),
  DATASET_CORRUPT: kind('data', false, EXIT.badData),
  // models and training
  PREFLIGHT_FAILED: kind('data', false, EXIT.badData),
  MODEL_NOT_FOUND: kind('data', false, EXIT.missingInput),
  MODEL_NOT_LOADING: kind('data', false, EXIT.missingInput),
  MODEL_INCOMPATIBLE: kind('data', false, EXIT.badData),
  ITEM_NOT_FOUND: kind('data', false, EXIT.missingInput),
  CHECKPOINT_CORRUPT: kind('data', false, EXIT.badData),
  TRAINING_DIVERGED: kind('outcome', false, EXIT.failed),
  TRAINING_STALLED: kind('resource', true, EXIT.timedOut),
  TRAINER_CRASHED: kind('resource', true, EXIT.failed),
  OUT_OF_MEMORY: kind('resource', false, EXIT.failed),
  TENSORFLOW_UNAVAILABLE: kind('resource', false, EXIT.unreachable),
  WORKER_OUTDATED: kind('resource', true, EXIT.failed),
  ATTEMPT_SUPERSEDED: kind('outcome', false, EXIT.failed),
  // registered models
  MOVE_REFUSED: kind('outcome', false, EXIT.failed),
  LEDGER_BROKEN: kind('data', false, EXIT.badData),
  // services and the machine
  PYTHON_MISSING: kind('resource', false, EXIT.unreachable),
  PROVISION_FAILED: kind('resource', false, EXIT.unreachable),
  HOME_IN_USE: kind('resource', false, EXIT.unreachable),
  SERVICE_START_FAILED: kind('resource', false, EXIT.unreachable),
  SERVICE_UNREACHABLE: kind('upstream', true, EXIT.unreachable),
  UPSTREAM_REJECTED: kind('upstream', false, EXIT.failed),
  DISK_FULL: kind('resource', true, EXIT.failed),
  TIMED_OUT: kind('upstream', true, EXIT.timedOut),
  // experiments
  EXPERIMENT_NOT_FOUND: kind('data', false, EXIT.missingInput),
  EXPERIMENT_ENDED: kind('outcome', false, EXIT.failed),
  RUN_NOT_FOUND: kind('data', false, EXIT.missingInput),
  ALL_TRIALS_FAILED: kind('outcome', false, EXIT.failed),
  PROMOTION_REQUIRED: kind('outcome', false, EXIT.failed),
  INTERRUPTED: kind('outcome', false, EXIT.interrupted),
  INTERNAL: kind('bug', false, EXIT.failed),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

export interface TtExpErrorOptions {
  /** What the reader can do about it: one sentence, imperative. */
  readonly hint?: string;
  /** Machine-readable facts; must survive JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error that tt-exp understands: `message` says what, where, got and expected in one line; `hint` the remedy.
 * Crosses process borders as {code, message, hint, details}; the code is the type of the Temporal ApplicationFailure.
 */
export class TtExpError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: TtExpErrorOptions = {}) {
    super(redactUrls(message), options.cause === undefined ? undefined : { cause: redactError(options.cause) });
    this.name = 'TtExpError';
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redactUrls(options.hint);
    this.details = redactValue(options.details ?? {});
  }

  get exitCode(): number {
    return ERROR_CATALOGUE[this.code].exitCode;
  }
}

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERROR_CATALOGUE, value);

/** Codes that no retry can mend; the retry policies of all activities name them. */
export const NON_RETRYABLE_CODES: readonly ErrorCode[] = (Object.keys(ERROR_CATALOGUE) as ErrorCode[]).filter(
  (code) => !ERROR_CATALOGUE[code].isRetryable,
);

/** The plain form of an error, for IPC, heartbeat details and results. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export const toErrorRecord = (error: unknown): ErrorRecord => {
  if (error instanceof TtExpError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      details: error.details,
    };
  }
  return { code: 'INTERNAL', message: redactUrls(error instanceof Error ? error.message : String(error)) };
};

export const fromErrorRecord = (record: ErrorRecord, cause?: unknown): TtExpError =>
  new TtExpError(record.code, record.message, {
    ...(record.hint === undefined ? {} : { hint: record.hint }),
    ...(record.details === undefined ? {} : { details: record.details }),
    ...(cause === undefined ? {} : { cause }),
  });

/** A server does not answer. What the disk of this machine refuses, say, is not helped by starting one. */
export const isOutOfReach = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && (error.code === 'SERVICE_UNREACHABLE' || error.code === 'TIMED_OUT');
