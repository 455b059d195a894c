/**
 * Hosts for processes, each a network namespace that reaches the addresses that it is given and nothing else. Linux,
 * as root, with iproute2.
 */
import { execFile } from 'node:child_process';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';

export interface NetworkHost {
  /** Words before a command line that make it run there, under the same pid. */
  readonly prefix: readonly string[];
  /** Where a process of this host finds a server that listens on the address here. Both are host:port. */
  reach(address: string): Promise<string>;
  dispose(): Promise<void>;
}

const ip = async (...words: string[]): Promise<void> => {
  await promisify(execFile)('ip', words);
};

/** What is missing, in words; null: hosts can be made. */
export const whyNoNetworkHosts = async (): Promise<string | null> => {
  const name = `tt-probe-${process.pid}`;
  try {
    await ip('netns', 'add', name);
    await ip('netns', 'delete', name);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** Hands connections on; what one side closes or breaks is closed for the other. */
const forward = (hostname: string, port: number, open: Set<Socket>): Server =>
  createServer((near) => {
    const far = connect(port, hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          open.delete(socket);
          other.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });

/** @param index 0 to 3: of the hosts of this process */
export const createNetworkHost = async (index: number): Promise<NetworkHost> => {
  // A /30 network and names of their own for each host of each process.
  const number = (process.pid % 4096) * 4 + index;
  const network = `10.213.${number >> 6}.${(number & 63) * 4}`;
  const [gateway, own] = [1, 2].map((last) => network.replace(/\d+$/, (base) => String(Number(base) + last)));
  const name = `tt-host-${number}`;
  const link = `tt-${number}`;
  await ip('netns', 'add', name);
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  await ip('address', 'add', `${gateway}/30`, 'dev', link);
  await ip('link', 'set', link, 'up');
  await ip('-n', name, 'address', 'add', `${own}/30`, 'dev', 'eth0');
  await ip('-n', name, 'link', 'set', 'eth0', 'up');
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  const servers: Server[] = [];
  const open = new Set<Socket>();
  return {
    prefix: ['ip', 'netns', 'exec', name],
    reach: async (address) => {
      const { hostname, port } = new URL(`tcp://${address}`);
      const server = forward(hostname, Number(port), open);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, gateway, resolve));
      return `${gateway}:${(server.address() as AddressInfo).port}`;
    },
    dispose: async () => {
      for (const server of servers) {
        server.close();
      }
      for (const socket of open) {
        socket.destroy();
      }
      // Takes its end of the link with it, and so the other one.
      await ip('netns', 'delete', name);
    },
  };
};
