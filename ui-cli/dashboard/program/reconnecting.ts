import { TtExpError } from '../../../contracts/errors.ts';
import { formatDuration } from '../../text/formats.ts';

/** A connection that is opened when it is first used, and anew after it failed: servers may come back elsewhere. */
export interface Reconnecting<Connection> {
  use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** The same, given up after the time: the next use opens another connection. Throws SERVICE_UNREACHABLE then. */
  ask<Result>(work: (connection: Connection) => Promise<Result>, limitMs: number): Promise<Result>;
  close(): Promise<void>;
}

/** The server has answered: no such model, a move that is refused. */
const isAnswer = (error: unknown): boolean => error instanceof TtExpError && error.code !== 'SERVICE_UNREACHABLE';

interface Opened<Connection> {
  readonly connection: Promise<Connection>;
  /** Those who wait for something on it. */
  users: number;
  /** Nobody begins anything on it any more. */
  isRetired: boolean;
  /** null: nobody has closed it. */
  closing: Promise<void> | null;
}

/** Rejects after the time, whatever becomes of the answer. */
const within = async <Result>(answer: Promise<Result>, limitMs: number): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new TtExpError('SERVICE_UNREACHABLE', `No answer within ${formatDuration(limitMs / 1000)}; connecting anew`),
      );
    }, limitMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

export const createReconnecting = <Connection extends { close(): Promise<void> }>(
  open: () => Promise<Connection>,
): Reconnecting<Connection> => {
  let current: Opened<Connection> | null = null;
  const retire = (opened: Opened<Connection>): void => {
    opened.isRetired = true;
    if (current === opened) {
      current = null;
    }
  };
  const close = async (opened: Opened<Connection>): Promise<void> => {
    // One that was never opened has nothing to close; one that does not close is of no use any more.
    opened.closing ??= opened.connection.then((connection) => connection.close()).catch(() => undefined);
    await opened.closing;
  };
  const take = (): Opened<Connection> => {
    current ??= { connection: open(), users: 0, isRetired: false, closing: null };
    current.users += 1;
    return current;
  };
  /** An action that waits on a connection that a question was given up on may still be answered. */
  const leave = (opened: Opened<Connection>): void => {
    opened.users -= 1;
    if (opened.isRetired && opened.users === 0) {
      void close(opened);
    }
  };
  const workOn = async <Result>(
    opened: Opened<Connection>,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> => {
    let isOpen = false;
    try {
      const connection = await opened.connection;
      isOpen = true;
      return await work(connection);
    } catch (error) {
      // Others use the same connection.
      if (!isOpen || !isAnswer(error)) {
        retire(opened);
        await close(opened);
      }
      throw error;
    }
  };
  return {
    use: async (work) => {
      const opened = take();
      return workOn(opened, work).finally(() => leave(opened));
    },
    ask: async (work, limitMs) => {
      const opened = take();
      try {
        return await within(workOn(opened, work), limitMs);
      } catch (error) {
        if (!isAnswer(error)) {
          retire(opened);
        }
        throw error;
      } finally {
        leave(opened);
      }
    },
    close: async () => {
      if (current !== null) {
        const opened = current;
        retire(opened);
        await close(opened);
      }
    },
  };
};
