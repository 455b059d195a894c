/**
 * A sign of life that the kernel keeps: a socket file on which its owner listens. It tells the living from the dead also
 * where process ids do not, between containers that share a folder and a kernel. Linux only.
 */
import { open, rename, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, dirname } from 'node:path';
import { isFileError } from '../files/file-errors.ts';
import { type ProcessIdentity, whereaboutsOf } from './process-identity.ts';

export interface Lifeline {
  /** For `spawn`'s stdio: the child keeps the lifeline for as long as it lives, or any child to which it hands it on. */
  readonly fd: number;
  /** Ends our own part and, unless it was handed on, the file. Idempotent. */
  close(): Promise<void>;
  /** Gives the file its lasting name, under which it stays after `close`. Never throws. */
  handOn(file: string): Promise<void>;
}

/** The system takes at most 107 bytes as the path of a socket, so it gets one that goes through the open folder. */
const throughFolder = async <T>(file: string, use: (path: string) => Promise<T>): Promise<T> => {
  const folder = await open(dirname(file), 'r');
  try {
    return await use(`/proc/self/fd/${folder.fd}/${basename(file)}`);
  } finally {
    await folder.close();
  }
};

const listen = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });

/** Node names the descriptor of a server nowhere else. */
const descriptorOf = (server: Server): number => {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: unknown } };
  if (typeof handle?.fd !== 'number') {
    throw new Error('a listening server has no descriptor');
  }
  return handle.fd;
};

/**
 * Removes a socket, or another file beside it. `rm` would look first what the file is, and after such a look at a socket
 * Node's loader takes the next symbolic link for a folder: a module behind it is loaded once more, under a second name.
 */
export const removeSocket = async (file: string): Promise<void> => {
  try {
    await unlink(file);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) {
      throw error;
    }
  }
};

/**
 * `file` is a name that nobody else uses: when the server ends, libuv removes it through the number of a descriptor that
 * may be another folder's by then. Null where the file system holds no sockets, or there is no room: then nobody
 * elsewhere can tell whether we live.
 */
export const openLifeline = async (file: string): Promise<Lifeline | null> => {
  if (process.platform !== 'linux') {
    return null;
  }
  let server: Server | undefined;
  let fd: number;
  try {
    server = await throughFolder(file, listen);
    fd = descriptorOf(server);
  } catch {
    server?.close();
    return null; // whoever asks is told that it cannot be known
  }
  let isHandedOn = false;
  return {
    fd,
    handOn: async (name) => {
      try {
        await rename(file, name);
        isHandedOn = true;
      } catch {
        // The folder is gone or full: as without a lifeline.
      }
    },
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      if (!isHandedOn) {
        await removeSocket(file);
      }
    },
  };
};

/** Whether somebody keeps the lifeline. `unknown`: there is no such file, or we may not ask. */
export const probeLifeline = async (file: string): Promise<'alive' | 'dead' | 'unknown'> => {
  try {
    return await throughFolder(
      file,
      (path) =>
        new Promise((resolve) => {
          const socket = connect(path, () => {
            socket.destroy();
            resolve('alive');
          });
          socket.once('error', (error) => {
            // A full queue of questions that nobody answers has somebody who keeps it.
            if (isFileError(error, 'EAGAIN')) {
              resolve('alive');
            } else {
              resolve(isFileError(error, 'ECONNREFUSED') ? 'dead' : 'unknown');
            }
          });
        }),
    );
  } catch {
    return 'unknown'; // the folder cannot be opened
  }
};

/** Whether a recorded process, which kept this lifeline, lives in another container of this machine. */
export const livesNextDoor = async (recorded: ProcessIdentity | null, lifelineFile: string): Promise<boolean> =>
  recorded !== null && whereaboutsOf(recorded) === 'neighbour' && (await probeLifeline(lifelineFile)) === 'alive';
