/** One connection to Postgres with one read-only transaction: every query of it sees the same snapshot. */
import { createWriteStream } from 'node:fs';
import { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Client, type QueryResult } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { TtExpError } from '../../../contracts/errors.ts';
import { serverName } from '../../../contracts/source-reading.ts';
import { toDataError } from '../../duckdb/data-errors.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { countLines } from './count-lines.ts';
import { type PostgresStep, toPostgresError, withoutSecrets } from './postgres-errors.ts';

export interface SessionOptions {
  readonly settings: ConnectionSettings;
  /** How long one statement may take, and at most that long, or 30 s, connecting. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

export interface CopiedFile {
  readonly rows: number;
  /** Line ends in the file: more than rows where values hold some themselves. */
  readonly lines: number;
}

export type SessionStep = Omit<PostgresStep, 'timeoutSeconds'>;

/** Who opens it closes it. Every method throws TtExpError; INTERRUPTED when the signal aborts. */
export interface PostgresSession {
  /** For messages and provenance: host, port and database. */
  readonly server: string;
  /** Rows of one statement: for small results only. The extended protocol refuses a text of several statements. */
  query(step: SessionStep, sql: string, values?: readonly unknown[]): Promise<QueryResult>;
  /** What `COPY … TO STDOUT` gives, as a file. Memory does not grow with the rows. */
  copyToFile(step: SessionStep, sql: string, file: string): Promise<CopiedFile>;
  /** Idempotent; ends the transaction without a trace. */
  close(): Promise<void>;
}

const CONNECT_LIMIT_SECONDS = 30;
/** By then the server itself has ended a statement that takes too long; one that is silent will never say so. */
const GRACE_SECONDS = 2;
/** A transaction that nobody uses keeps the server from cleaning up. The mapper works in between, so not too short. */
const LEAST_IDLE_SECONDS = 600;
const CANCEL_LIMIT_SECONDS = 5;
const KEEP_ALIVE_MS = 10_000;

const connectSeconds = (timeoutSeconds: number): number => Math.min(CONNECT_LIMIT_SECONDS, timeoutSeconds);

/** The text of a value must not depend on the settings of the server or of the role. */
const beginSql = (timeoutSeconds: number): string =>
  [
    'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'postgres'",
    "SET LOCAL bytea_output = 'hex'",
    'SET LOCAL extra_float_digits = 3',
    `SET LOCAL statement_timeout = '${Math.ceil(timeoutSeconds)}s'`,
    `SET LOCAL idle_in_transaction_session_timeout = '${Math.max(LEAST_IDLE_SECONDS, Math.ceil(timeoutSeconds))}s'`,
  ].join('; ');

/** Connecting ends with `timeout expired` when it takes too long. */
const createClient = ({ settings, timeoutSeconds }: SessionOptions, socket: Socket): Client => {
  try {
    return new Client({
      ssl: false, // unless the address says otherwise
      connectionString: settings.connectionUrl,
      stream: () => socket,
      application_name: 'tt-exp',
      client_encoding: 'UTF8',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      connectionTimeoutMillis: 1000 * connectSeconds(timeoutSeconds),
    });
  } catch (error) {
    const got = withoutSecrets(error instanceof Error ? error.message : String(error), settings);
    throw new TtExpError('ENVIRONMENT_INVALID', `${settings.toldBy}: the driver refuses it: ${got}`, {
      hint: `Correct the address and its parameters (sslmode, sslrootcert) in ${settings.toldBy}.`,
    });
  }
};

/** Ends what the server still does for us: it would notice a closed connection only when it next sends something. */
const cancelOnServer = async (options: SessionOptions, processId: number): Promise<void> => {
  const socket = new Socket();
  const client = createClient({ ...options, timeoutSeconds: CANCEL_LIMIT_SECONDS }, socket);
  client.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), 1000 * CANCEL_LIMIT_SECONDS);
  try {
    await client.connect();
    await client.query('SELECT pg_cancel_backend($1)', [processId]);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
};

/** Of the file that is written, not of the connection. */
const isFileTrouble = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ENOENT', 'EEXIST'].includes(String(error.code));

export const openPostgresSession = async (options: SessionOptions): Promise<PostgresSession> => {
  const { settings, timeoutSeconds, signal } = options;
  const socket = new Socket();
  const client = createClient(options, socket);
  /** The first thing that broke the connection: what comes after it only says that there is none. */
  let lost: Error | null = null;
  let processId: number | null = null;
  client.on('error', (error) => {
    lost ??= error;
  });

  const stop = (): void => {
    socket.destroy();
    // The statement's own time limit ends it if this request does not get through.
    if (processId !== null) {
      void cancelOnServer(options, processId).catch(() => undefined);
    }
  };

  const isAborted = (): boolean => signal?.aborted === true;
  const interrupted = (what: string): TtExpError =>
    new TtExpError('INTERRUPTED', `${serverName(settings)}: interrupted before it could ${what}`, {
      hint: 'Run the same command again.',
    });

  const limited = async <T>(step: SessionStep, seconds: number, work: () => Promise<T>): Promise<T> => {
    if (isAborted()) {
      throw interrupted(step.what);
    }
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      stop();
    }, 1000 * seconds);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } catch (error) {
      if (isAborted()) {
        throw interrupted(step.what);
      }
      const late = new Error(`no answer for ${seconds} s`);
      throw toPostgresError(isLate ? late : (lost ?? error), { ...step, timeoutSeconds }, settings);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  };

  const statementSeconds = timeoutSeconds + GRACE_SECONDS;
  const session: PostgresSession = {
    server: serverName(settings),
    query: (step, sql, values = []) =>
      limited(step, statementSeconds, () => {
        const query = { text: sql, values: [...values], queryMode: 'extended' };
        return client.query(query);
      }),
    copyToFile: (step, sql, file) =>
      limited(step, statementSeconds, async () => {
        const rows = client.query(copyTo(sql));
        const lines = countLines();
        await pipeline(rows, lines, createWriteStream(file, { flags: 'wx' })).catch((error: unknown) => {
          throw isFileTrouble(error) ? toDataError(error, `${step.what} into ${file}`) : error;
        });
        return { rows: rows.rowCount, lines: lines.count };
      }),
    close: async () => {
      if (socket.destroyed) {
        return;
      }
      const timer = setTimeout(() => socket.destroy(), 1000 * GRACE_SECONDS);
      await client.end();
      clearTimeout(timer);
    },
  };
  try {
    await limited({ what: 'connect' }, connectSeconds(timeoutSeconds), () => client.connect());
    await limited({ what: 'begin a read-only transaction' }, statementSeconds, () =>
      client.query(beginSql(timeoutSeconds)),
    );
    const { rows } = await session.query({ what: 'ask for the process' }, 'SELECT pg_backend_pid() AS process_id');
    processId = Number(rows[0]?.process_id);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return session;
};
