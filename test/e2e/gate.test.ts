/** `gate` beside the real thing: the same verdict as an experiment's last step, and nothing moved by asking. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateVerdict } from '../../contracts/gate.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 300_000;

interface Ran {
  readonly gate: GateVerdict;
  readonly best: { readonly run_id: string };
  readonly model: { readonly version: string };
  readonly experiment_id: string;
}

describe('e2e/gate', () => {
  let home: CliHome;
  let folder = '';

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-gate-');
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  const ok = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const { exitCode, stdout, stderr } = await home.run(args);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as Answer;
  };

  const config = async (name: string, training: object): Promise<string> => {
    const file = join(folder, `${name}.json`);
    const data = { source: { type: 'synthetic', users: 60, startups: 40, interactions: 900 }, text_encoder: 'hashed' };
    const model = { hidden_dims: [16], embedding_dim: 8 };
    const gate = { model_name: 'two-tower', min_ndcg_at_10: 0, confidence: 0.9 };
    await writeFile(file, JSON.stringify({ name, data, model, gate, training: { batch_size: 64, ...training } }));
    return file;
  };

  it(
    'says of a version what the experiment said of it, and of the champion that it is one; aliases stay',
    async () => {
      const first = await ok<Ran>('run', await config('first', { num_epochs: 1 }), '--json');
      expect(first.gate.decision).toBe('promoted');
      const file = await config('second', { num_epochs: 3, loss: 'in_batch_softmax' });
      const second = await ok<Ran>('run', file, '--json');
      const before = await ok<object>('models', '--json');

      const champion = `two-tower/${first.model.version}`;
      const candidate = `two-tower/${second.model.version}`;
      const asked = await ok<GateVerdict>('gate', candidate, '--against', champion, '--config', file, '--json');
      const { decision, ci, p_value, users, power, rules, reasons } = second.gate;
      expect(asked).toMatchObject({ decision, ci, p_value, users, power, rules, reasons });

      const { reasons: said } = await ok<GateVerdict>('gate', 'two-tower@champion', '--json');
      expect(said.at(-1)).toMatch(/^Version \d+ is the champion already\.$/);

      const trial = `${second.experiment_id}/trial-000`;
      const byTrial = await ok<GateVerdict>('gate', trial, '--model-name', 'two-tower', '--config', file, '--json');
      expect(byTrial.candidate?.run_id).toBe(second.best.run_id);

      const { subjects } = await ok<{ readonly subjects: readonly { readonly name: string }[] }>(
        ...['compare', champion, trial, '--json'],
      );
      expect(subjects.map(({ name }) => name)).toEqual([champion, trial]);

      const measured = await ok<{ readonly users: number; readonly false_promotions: { readonly rate: number } }>(
        ...['gate', 'calibrate', candidate, '--against', champion, '--config', file, '--json'],
      );
      expect(measured.users).toBe(users);
      // Some 60 users: the level is 5 %, and 1,000 tests promote no tenth of all without a gain.
      expect(measured.false_promotions.rate).toBeLessThan(0.1);

      expect(await ok<object>('models', '--json')).toEqual(before);
    },
    TIMEOUT_MS,
  );
});
