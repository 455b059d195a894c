/**
 * The end of a listening socket. The kernel resets whatever it has taken for the socket and nobody has accepted yet; a turn
 * of the event loop accepts one connection, so that under load some wait at any moment. So the last thing before the close
 * is a turn in which none was there, and too short for another one to come.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

const SHORT_TURN_MS = 0.2;
/** Where new ones never end: a flood. */
const MOST_WAITING_MS = 100;

const ignore = (): void => undefined;

/** Takes no new connection any more. Resolves once those that were taken have ended, the idle ones at once. */
export const stopListening = async (server: Server): Promise<void> => {
  if (!server.listening) {
    return;
  }
  // Requests of new connections wait for a few turns, which are short then.
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  const held: Socket[] = [];
  const hold = (socket: Socket): void => {
    // One that its client resets meanwhile is no failure of the server.
    held.push(socket.on('error', ignore));
  };
  server.removeAllListeners('connection').on('connection', hold);
  const latest = performance.now() + MOST_WAITING_MS;
  for (let isQuiet = false; !isQuiet && performance.now() < latest; ) {
    const [before, begun] = [held.length, performance.now()];
    await setImmediate();
    isQuiet = held.length === before && performance.now() - begun < SHORT_TURN_MS;
  }
  const closed = once(server, 'close');
  server.close();
  server.removeListener('connection', hold);
  for (const listener of listeners) {
    server.on('connection', listener);
  }
  for (const socket of held) {
    server.emit('connection', socket.removeListener('error', ignore));
  }
  await closed;
};
