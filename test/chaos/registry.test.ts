import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { startTestMlflow, type TestMlflow } from '../support/provisioned.ts';
import { runDisturbedRegistry } from './disturbed-registry.ts';

describe('chaos/registry', () => {
  let mlflow: TestMlflow;
  let proxy: FaultyProxy;

  beforeAll(async () => {
    mlflow = await startTestMlflow();
    proxy = await startFaultyProxy(mlflow.address);
  });

  afterAll(async () => {
    await proxy?.stop();
    await mlflow?.dispose();
  });

  it('killed at any request and disturbed by others, the owner ends with one champion or none, as in its ledger', async () => {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const outcome = await runDisturbedRegistry({ seed: 1, turns: 40, mlflow: mlflow.address, proxy, log }).catch(
      (error: unknown) => {
        throw new Error(lines.join('\n'), { cause: error });
      },
    );
    // With fewer it has proved less than it claims.
    expect(outcome.kills, lines.join('\n')).toBeGreaterThan(15);
    expect(outcome.byOthers).toBeGreaterThan(15);
    expect(outcome.records).toBeGreaterThan(15);
  });
});
