/** A champion asked for of an MLflow that takes connections and says nothing, and bundles of the home. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ChampionSourceOptions, createChampionSource } from '../../../bin/cli/champion-source.ts';
import { contextOf } from '../../../bin/cli/local-context.ts';
import { readEnvironment } from '../../../config/env.ts';
import { openSilentServer } from '../../support/silent-server.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const openSource = async (change: Partial<ChampionSourceOptions> = {}, home?: string) => {
  const variables = { TT_EXP_HOME: home ?? (await temporaryFolder()), MLFLOW_TRACKING_URI: await openSilentServer() };
  for (const [name, value] of Object.entries(variables)) {
    vi.stubEnv(name, value);
  }
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

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('bin/champion-source', () => {
  it('takes an MLflow that says nothing for away once its time is over', async () => {
    const source = await openSource();
    const [error, seconds] = await secondsOf(() => source.champion(1_000, new AbortController().signal));
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', message: 'MLflow has not answered within 1 s' });
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(10);
  });

  it('waits no longer for it where a version is to be opened', async () => {
    const source = await openSource();
    const [error, seconds] = await secondsOf(() => source.bundleOf({ version: '1', runId: 'run' }));
    expect(error).toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: expect.stringMatching(/^MLflow http:.*: no answer within 5 s \(UND_ERR_HEADERS_TIMEOUT/),
    });
    // Of a patient question, with its retries, it were three minutes.
    expect(seconds).toBeLessThan(30);
  });

  it('opens no bundle of another run under the number of a version', async () => {
    const home = await temporaryFolder();
    await writeSmallBundle(home);
    const source = await openSource({ model: 'two-tower' }, home);
    await expect(source.bundleOf({ version: '3', runId: 'another run' })).rejects.toMatchObject({
      ...{ code: 'MODEL_INCOMPATIBLE', message: expect.stringContaining('is of run run, and the version is of') },
    });
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
