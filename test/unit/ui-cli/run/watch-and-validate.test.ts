import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { VerdictSince } from '../../../../contracts/gate.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { completedView, EXPERIMENT_ID, trainingView } from '../../../support/experiment-views.ts';
import { createFakePlatform } from '../../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp cli ');
  config = join(folder, 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

const since = (decision: VerdictSince['decision'], reason: string, wasPromoted: boolean): VerdictSince => ({
  ...{ ...comparedVerdict(), decision, reasons: [reason], was_promoted: wasPromoted },
});

describe('watch and validate', () => {
  test('watch attaches without starting services, by a beginning that only one id has', async () => {
    const result = await runScripted(['watch', 'demo', '--json']);
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ experiment_id: EXPERIMENT_ID, status: 'completed' });
    expect(result.recorded.opened).toEqual([false]);
  });

  test('watch --events ends with the first line that stdout does not take, and says what is lost', async () => {
    const { openPlatform } = createFakePlatform({ views: [trainingView()] });
    const fake = createFakeRuntime({ openPlatform });
    const watching = runCli(['watch', EXPERIMENT_ID, '--events'], fake.runtime);
    await expect.poll(fake.stdout).toContain('phase_started');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    fake.runtime.io.stdout.emit('error', full);
    // As of every command whose disk is full: nobody has interrupted it.
    expect(await watching).toBe(1);
    await settle();
    expect(fake.stderr()).toContain('stdout: no space left');
    expect([fake.listeners(), fake.runtime.io.stdout.destroyed]).toEqual([0, false]);
  });

  test('watch --events whose reader goes away says nothing, whether it still follows or asks what became of the candidate', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const following = createFakeRuntime({ openPlatform: createFakePlatform({ views: [trainingView()] }).openPlatform });
    const detached = runCli(['watch', EXPERIMENT_ID, '--events'], following.runtime);
    await expect.poll(following.stdout).toContain('phase_started');
    following.runtime.io.stdout.emit('error', gone);
    expect([await detached, following.stderr()]).toEqual([0, '']);
    const asking = createFakeRuntime({
      openPlatform: createFakePlatform({
        views: [completedView({ gate: comparedVerdict() })],
        verdictSince: async () => {
          asking.runtime.io.stdout.emit('error', gone);
          throw new TtExpError('INTERRUPTED', 'tt-exp: interrupted by Ctrl-C');
        },
      }).openPlatform,
    });
    expect([await runCli(['watch', EXPERIMENT_ID, '--events'], asking.runtime), asking.stderr()]).toEqual([0, '']);
  });

  test('watch without an id attaches to the only one that is running', async () => {
    const result = await runScripted(['watch', '--json']);
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ experiment_id: EXPERIMENT_ID });
  });

  test.each([
    ['COMPLETED', 66, 'No experiment is running.', 'tt-exp list'],
    [
      'RUNNING',
      64,
      'watch: got no id while 2 experiments are running, expected one',
      `${EXPERIMENT_ID}, other-abcdefabcd`,
    ],
  ] as const)('watch without an id, all of them %s: ends with %i, and says what to name', async (...one) => {
    const [status, code, message, hint] = one;
    const { openPlatform } = createFakePlatform({ views: [] });
    const fake = createFakeRuntime({
      openPlatform: async (options) => {
        const platform = await openPlatform(options);
        const list = async () => (await platform.experiments.list()).map((row) => ({ ...row, status }));
        return { ...platform, experiments: { ...platform.experiments, list } };
      },
    });
    expect(await runCli(['watch'], fake.runtime)).toBe(code);
    await settle();
    expect(fake.stderr()).toContain(message);
    expect(fake.stderr()).toContain(hint);
  });

  test('watch of an experiment whose question was answered tells the answer, and asks for none', async () => {
    const gate = comparedVerdict({ decision: 'awaiting_approval', reasons: ['Awaits approval: it is better.'] });
    const answered = since('promoted', 'Approved by ana: looks good', true);
    const script = (since: VerdictSince | null) => ({
      views: [completedView({ gate })],
      verdictSince: async () => since,
    });
    const waiting = await runScripted(['watch', 'demo'], script(null));
    expect(waiting.stdout()).toContain(`approve it: tt-exp approve ${EXPERIMENT_ID}`);
    const text = await runScripted(['watch', 'demo', '--require-promotion'], script(answered));
    expect(text.exitCode).toBe(0);
    expect(text.stdout()).toContain('since then: promoted. Approved by ana: looks good');
    expect(text.stdout()).not.toContain('tt-exp approve');
    const json = await runScripted(['watch', 'demo', '--json'], script(answered));
    expect(jsonOf(json)).toMatchObject({
      gate: { decision: 'awaiting_approval' },
      gate_since: { decision: 'promoted' },
    });
    const required = await runScripted(['watch', 'demo', '--require-promotion', '--json'], script(null));
    expect([required.exitCode, jsonOf(required).gate_since]).toEqual([1, null]);
  });

  test.each([
    ['promoted', 'superseded', 'Version 5 took its place. Promoted by ben', true, 0],
    ['awaiting_approval', 'superseded', 'Version 5 took its place. Promoted by ben', true, 0],
    ['awaiting_approval', 'deleted', 'Version 4 was deleted from MLflow.', false, 1],
    ['rejected', 'archived', 'Archived by ben', false, 1],
  ] as const)('watch --require-promotion of one %s, and %s since', async (decision, became, reason, was, exitCode) => {
    const watched = await runScripted(['watch', 'demo', '--require-promotion'], {
      views: [{ ...completedView({ gate: comparedVerdict({ decision }) }), endedAtMs: Date.UTC(2026, 10, 2, 8, 30) }],
      verdictSince: async () => since(became, reason, was),
    });
    // What follows is told as it was then.
    expect(watched.stderr()).toContain(
      'experiment: completed, ended 2026-11-02 08:30:00 UTC; this is what happened in it, and the summary says what holds now\nprepare: started\n',
    );
    expect(watched.stderr()).toContain('model: two-tower version 3 became champion\n');
    expect(watched.exitCode).toBe(exitCode);
    expect(watched.stdout()).toContain(`since then: ${became}. ${reason}`);
    expect(watched.stdout()).not.toContain('tt-exp approve');
    const failure = `got gate decision ${became}, expected promoted\nhint: ${reason}`;
    expect(watched.stderr().includes(failure)).toBe(exitCode !== 0);
  });

  test('validate judges every file and ends with the code of the first bad one', async () => {
    const bad = join(folder, 'bad.json');
    await writeFile(bad, '{"name":"bad","sead":1}');
    const result = await runScripted(['validate', config, bad, join(folder, 'none.json')]);
    expect(result.exitCode).toBe(78);
    expect(result.stdout()).toMatch(/demo\.json: valid \(demo-[0-9a-f]{10}\)\n$/);
    expect(result.stderr()).toContain('did you mean "seed"?');
    expect(result.stderr()).toContain('none.json: got no such file');
    const json = await runScripted(['validate', config, bad, '--json']);
    expect(jsonOf(json)).toMatchObject({
      configs: [
        { is_valid: true, problems: [] },
        { is_valid: false, problems: [{ line: 1, path: 'sead' }] },
      ],
    });
  });
});
