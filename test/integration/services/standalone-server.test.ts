import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { homeLayout } from '../../../host/home-layout.ts';
import { locateTemporal } from '../../../services/index.ts';
import { prepareDatabase } from '../../../services/new-database.ts';
import { ensureMlflow } from '../../../services/provision/mlflow-python.ts';
import { ensureTemporal } from '../../../services/provision/temporal-binary.ts';
import { startMlflow, startTemporal } from '../../support/standalone-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { cacheFolder, environment, processesNaming, requirementsFolder } from './home.ts';

const request = {
  cacheFolder,
  requirementsFolder,
  environment,
  clock: systemClock,
  progress: () => {},
  log: () => {},
};

let folder: string;

// Installing takes longer than a test may.
beforeAll(async () => {
  await ensureMlflow(request);
});

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-alone-');
});

describe('servers alone', () => {
  it('services/temporal-server: Temporal answers under its own namespace, and is gone after stop', async () => {
    const binary = await ensureTemporal(request);
    expect(await locateTemporal(request)).toEqual(binary);
    const server = await startTemporal({ binary, folder, environment, namespace: 'mine' });
    try {
      const reply = await fetch(`${server.uiUrl}/api/v1/namespaces/mine`);
      expect(await reply.json()).toMatchObject({ namespaceInfo: { name: 'mine' } });
      expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    } finally {
      await server.stop();
    }
    expect(await processesNaming(folder)).toEqual([]);
    await server.stop();
  });

  it('services/mlflow-server: MLflow keeps an artifact through its proxy, and runs no jobs', async () => {
    const mlflow = await ensureMlflow(request);
    const server = await startMlflow({ mlflow, folder, environment });
    try {
      const url = `${server.address}/api/2.0/mlflow-artifacts/artifacts/0/a%20b.txt`;
      expect((await fetch(url, { method: 'PUT', body: 'kept' })).status).toBe(200);
      expect(await (await fetch(url)).text()).toBe('kept');
      // The command and its one server process: no job runners beside them.
      expect(await processesNaming(folder)).toHaveLength(2);
    } finally {
      await server.stop();
    }
    expect(await processesNaming(folder)).toEqual([]);
  });

  it.each(['temporal', 'mlflow'] as const)(
    'services/new-database: %s starts where an earlier start was killed while it made its tables, and keeps what has served',
    async (name) => {
      const start = async () =>
        name === 'temporal'
          ? startTemporal({ binary: await ensureTemporal(request), folder, environment })
          : startMlflow({ mlflow: await ensureMlflow(request), folder, environment });
      const { temporalFolder, mlflowFolder } = homeLayout(folder);
      const database = join(name === 'temporal' ? temporalFolder : mlflowFolder, `${name}.db`);
      await mkdir(dirname(database), { recursive: true });
      // Stands for what both leave when they are killed early: a file that is there, and not whole.
      await writeFile(database, 'half a database');
      await expect(start()).rejects.toMatchObject({ code: 'SERVICE_START_FAILED' });

      await rm(database);
      await prepareDatabase(database);
      await writeFile(database, 'half a database');
      await (await start()).stop();
      const { ino } = await stat(database);
      await (await start()).stop();
      expect((await stat(database)).ino).toBe(ino);
    },
  );

  it('a program that ends at once is an error with its last words', async () => {
    const binary = { executable: '/bin/false', version: '0', origin: 'path', canDisableNews: false } as const;
    await expect(startTemporal({ binary, folder, environment })).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
    });
    expect(await processesNaming(folder)).toEqual([]);
  });
});
