import { describe, expect, test } from 'vitest';
import { EXPERIMENT_ID } from '../../../support/experiment-views.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';

describe('cancel, approve, reject', () => {
  test('an id that nothing has ends with 66 and the nearest id', async () => {
    const result = await runScripted(['cancel', 'demmo-012345678']);
    expect(result.exitCode).toBe(66);
    expect(result.stderr()).toContain(`Did you mean ${EXPERIMENT_ID}?`);
    expect(result.recorded.cancelled).toEqual([]);
  });

  test('cancel asks for the cancellation of that experiment', async () => {
    const result = await runScripted(['cancel', EXPERIMENT_ID]);
    expect([result.exitCode, result.recorded.cancelled]).toEqual([0, [EXPERIMENT_ID]]);
  });

  test('approve and reject pass decision, person and reason on', async () => {
    const approved = await runScripted(['approve', EXPERIMENT_ID, '--reason', 'fine']);
    expect(approved.recorded.decisions).toEqual([[EXPERIMENT_ID, { isApproved: true, by: 'tester', reason: 'fine' }]]);
    const rejected = await runScripted(['reject', EXPERIMENT_ID]);
    expect(rejected.recorded.decisions).toEqual([[EXPERIMENT_ID, { isApproved: false, by: 'tester', reason: '' }]]);
  });
});
