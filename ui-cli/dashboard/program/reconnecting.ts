import { TtExpError } from '../../../contracts/errors.ts';

/** A connection that is opened when it is first used, and anew after it failed: servers may come back elsewhere. */
export interface Reconnecting<Connection> {
  use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The server has answered: no such model, a move that is refused. */
const isAnswer = (error: unknown): boolean => error instanceof TtExpError && error.code !== 'SERVICE_UNREACHABLE';

export const createReconnecting = <Connection extends { close(): Promise<void> }>(
  open: () => Promise<Connection>,
): Reconnecting<Connection> => {
  let current: Promise<Connection> | null = null;
  const drop = async (connection: Promise<Connection>): Promise<void> => {
    if (current === connection) {
      current = null;
    }
    // One that was never opened has nothing to close; one that does not close is of no use any more.
    await connection.then((opened) => opened.close()).catch(() => undefined);
  };
  return {
    use: async (work) => {
      current ??= open();
      const connection = current;
      let isOpen = false;
      try {
        const opened = await connection;
        isOpen = true;
        return await work(opened);
      } catch (error) {
        // Others use the same connection.
        if (!isOpen || !isAnswer(error)) {
          await drop(connection);
        }
        throw error;
      }
    },
    close: async () => {
      if (current !== null) {
        await drop(current);
      }
    },
  };
};
