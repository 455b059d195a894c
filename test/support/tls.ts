/** Certificates made for one test, and a proxy that ends TLS before a server that has none. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Authority extends Certificate {
  /** For a host name or an address as `DNS:…` or `IP:…`. */
  issue(name: string, subject: string): Promise<Certificate>;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** @param name of the authority, and of its files */
export const createAuthority = async (folder: string, name: string): Promise<Authority> => {
  const fileOf = (part: string): string => join(folder, `${name}-${part}`);
  const own = { certificateFile: fileOf('ca.pem'), keyFile: fileOf('ca.key') };
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', own.keyFile, '-out', own.certificateFile],
    ...['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'],
  ]);
  return {
    ...own,
    issue: async (issued, subject) => {
      const made = { certificateFile: fileOf(`${issued}.pem`), keyFile: fileOf(`${issued}.key`) };
      const extensions = fileOf(`${issued}.ext`);
      const request = fileOf(`${issued}.csr`);
      await writeFile(extensions, `subjectAltName=${subject}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      await run('openssl', ['req', ...NEW_KEY, '-subj', `/CN=${issued}`, '-keyout', made.keyFile, '-out', request]);
      await run('openssl', [
        ...['x509', '-req', '-in', request, '-days', '2', '-extfile', extensions, '-out', made.certificateFile],
        ...['-CA', own.certificateFile, '-CAkey', own.keyFile, '-CAcreateserial'],
      ]);
      return made;
    },
  };
};

export interface TlsProxy {
  /** host:port */
  readonly address: string;
  stop(): Promise<void>;
}

export interface TlsProxyOptions {
  /** host:port of the server without TLS. */
  readonly target: string;
  readonly server: Certificate;
  /** Clients must have a certificate of this authority. */
  readonly clients?: Certificate;
}

export const startTlsProxy = async ({ target, server, clients }: TlsProxyOptions): Promise<TlsProxy> => {
  const [host = '', port = ''] = target.split(':');
  const open = new Set<Socket>();
  const listener = createServer(
    {
      cert: await readFile(server.certificateFile),
      key: await readFile(server.keyFile),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(clients === undefined
        ? {}
        : { ca: await readFile(clients.certificateFile), requestCert: true, rejectUnauthorized: true }),
    },
    (incoming) => {
      const outgoing = connect(Number(port), host);
      for (const [socket, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        open.add(socket);
        socket.once('error', () => other.destroy());
        socket.once('close', () => open.delete(socket));
        socket.pipe(other);
      }
    },
  );
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of open) {
          socket.destroy();
        }
      }),
  };
};
