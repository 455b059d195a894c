/** A throw-away Postgres server from Debian's packages */
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, type QueryResult } from 'pg';
import { makeFolder, removeFolder } from './make-folder.ts';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';
const START_ATTEMPTS = 150;
const START_PAUSE_MS = 100;

export interface TestPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Folder of the Unix socket. */
  readonly socketFolder: string;
  /** Of the server's main process. */
  readonly pid: number;
  /** Address with the password, of the database `postgres` or another one. */
  url(database?: string): string;
  /** Runs one or more statements as the superuser. */
  sql(text: string, database?: string): Promise<QueryResult>;
  /** Stops the server and removes its data. Idempotent. */
  stop(): Promise<void>;
}

const newestBinaries = async (): Promise<string | null> => {
  const versions = (await readdir(INSTALLED).catch((): string[] => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    versions.map(async (version) => {
      const names = await readdir(join(INSTALLED, version, 'bin')).catch((): string[] => []);
      return names.includes('initdb') && names.includes('postgres') ? Number(version) : 0;
    }),
  );
  const newest = Math.max(0, ...found);
  return newest === 0 ? null : join(INSTALLED, String(newest), 'bin');
};

/** Debian's package also starts a server of its own; where there is no init system it stays down. */
const installPackage = async (): Promise<void> => {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env: environment });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'postgresql'], { env: environment });
};

const binaries = async (): Promise<string> => {
  const found = await newestBinaries();
  if (found !== null) {
    return found;
  }
  if (process.getuid?.() === 0) {
    await installPackage().catch((error: unknown) => {
      throw new Error('Postgres: not installed, and apt-get could not install the package postgresql', {
        cause: error,
      });
    });
    const installed = await newestBinaries();
    if (installed !== null) {
      return installed;
    }
  }
  throw new Error(`Postgres: no ${INSTALLED}/*/bin/initdb, expected the Debian package postgresql`);
};

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The server refuses to run as root: then it is the account `postgres`, else `nobody`, else whoever we are. */
const serverAccount = async (): Promise<Account | null> => {
  if (process.getuid?.() !== 0) {
    return null;
  }
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([found]) => found === name))[0];
  if (account === undefined) {
    throw new Error('Postgres: runs not as root, and there is no account postgres or nobody');
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const query = async (
  config: { host: string; port: number; user: string; password: string; database: string },
  text: string,
) => {
  const client = new Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
};

/** Boots in two seconds. Passwords are asked for over TCP (scram-sha-256), as on a real server. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const bin = await binaries();
  const account = await serverAccount();
  const folder = await makeFolder('tt-exp-postgres-');
  const asServer = { ...(account ?? {}), cwd: folder, env: { PATH: bin, LC_ALL: 'C', TZ: 'UTC' } };
  const user = 'owner';
  const password = 'only:for/tests@7';
  let stopServer = async (): Promise<void> => undefined;
  const stop = async (): Promise<void> => {
    await stopServer();
    await removeFolder(folder);
  };
  try {
    const dataFolder = join(folder, 'data');
    const passwordFile = join(folder, 'password');
    await mkdir(dataFolder);
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account !== null) {
      for (const path of [folder, dataFolder, passwordFile]) {
        await chown(path, account.uid, account.gid);
      }
    }
    await chmod(folder, 0o711);
    await run(
      join(bin, 'initdb'),
      [
        ...['-D', dataFolder, '-U', user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'],
        ...['-E', 'UTF8', '--locale=C', '--no-sync'],
      ],
      asServer,
    );
    const port = await freePort();
    const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'timezone=America/New_York'];
    const server = spawn(
      join(bin, 'postgres'),
      [
        '-D',
        dataFolder,
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-k',
        folder,
        ...settings.flatMap((one) => ['-c', one]),
      ],
      { ...asServer, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    // Whoever forgets to stop it: it does not outlive the tests.
    process.once('exit', () => server.kill('SIGQUIT'));
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
    });
    const ended = new Promise<void>((resolve) => {
      server.once('close', () => resolve());
      server.once('error', () => resolve());
    });
    stopServer = async () => {
      // SIGQUIT: at once, with all its processes; SIGKILL would leave them.
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGQUIT');
      }
      await ended;
    };
    const connection = { host: '127.0.0.1', port, user, password };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await query({ ...connection, database: 'postgres' }, 'SELECT 1');
        break;
      } catch (error) {
        if (attempt === START_ATTEMPTS || server.exitCode !== null) {
          throw new Error(`Postgres: does not start: ${log}`, { cause: error });
        }
        await sleep(START_PAUSE_MS);
      }
    }
    return {
      ...connection,
      socketFolder: folder,
      pid: server.pid ?? 0,
      url: (database = 'postgres') =>
        `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
      sql: (text, database = 'postgres') => query({ ...connection, database }, text),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
