/** A champion asked for of an MLflow that takes connections and says nothing, and bundles of the home. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ChampionSourceOptions, createChampionSource } from '../../../bin/cli/champion-source.ts';
import { contextOf } from '../../../bin/cli/local-context.ts';
import { readEnvironment } from '../../../config/env.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const openSilentServer = async (): Promise<string> => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const openSource = async (change: Partial<ChampionSourceOptions> = {}, home?: string) => {
  const variables = { TT_EXP_HOME: home ?? (await temporaryFolder()), MLFLOW_TRACKING_URI: await openSilentServer() };
  const nothing = (): void => undefined;
  const signal = new AbortController().signal;
  const context = contextOf({ progress: nothing, log: nothing, count: nothing, signal });
  return createChampionSource({
    environment: readEnvironment(variables),
    context,
    model: 'm',
    openOverlay: () => expect.unreachable(),
    openAdditions: () => expect.unreachable(),
    log: nothing,
    ...change,
  });
};

const secondsOf = async (work: () => Promise<unknown>): Promise<readonly [unknown, number]> => {
  const begun = performance.now();
  const error = await work().catch((cause: unknown) => cause);
  return [error, (performance.now() - begun) / 1000];
};

describe('bin/champion-source', () => {
  it('takes an MLflow that says nothing for away once its time is over', async () => {
    const source = await openSource();
    const [error, seconds] = await secondsOf(() => source.champion(1_000, new AbortController().signal));
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', message: 'MLflow has not answered within 1 s' });
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(10);
  });

  it('ends with the reason of its signal while it waits', async () => {
    const source = await openSource();
    const end = new AbortController();
    setTimeout(() => end.abort(new Error('told to end')), 300);
    const [error, seconds] = await secondsOf(() => source.champion(60_000, end.signal));
    expect(error).toMatchObject({ message: 'told to end' });
    expect(seconds).toBeLessThan(10);
  });

  it('says of a bundle of an earlier version that vectors of its users do not follow what they like', async () => {
    const home = await temporaryFolder();
    const historyTable = { ids: ['i0'], values: [0, 0, 1, 0] };
    const older = await writeSmallBundle(home, { historyTable });
    const usersWithoutHistory = Float32Array.of(0, 0, 0, 1, 0, 0, 0.6, 0.8);
    const newer = await writeSmallBundle(home, { historyTable, content: { usersWithoutHistory } });
    const messages: string[] = [];
    const source = await openSource(
      {
        openOverlay: () =>
          Promise.resolve({ events: () => [], seen: () => [], interactions: () => 0, metBy: () => [] }),
        openAdditions: () => Promise.resolve(null),
        log: (level, message) => messages.push(`${level}: ${message}`),
      },
      home,
    );
    await source.load(newer.digest);
    expect(messages).toEqual([]);
    await source.load(older.digest);
    expect(messages).toEqual([
      expect.stringContaining(`warn: bundle ${older.digest.slice(0, 12)}…: an earlier version of tt-exp built it`),
    ]);
  });
});
