import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 600_000;
const MODEL = 'watched';

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly from: string | null;
  readonly to: string | null;
}

describe('e2e/moves-by-hand', () => {
  let home: CliHome;
  let mlflow: ReturnType<typeof createMlflowReader>;

  beforeAll(async () => {
    home = await createCliHome();
    const { stdout } = await home.run(['up', '--json']);
    mlflow = createMlflowReader((JSON.parse(stdout) as { urls: { mlflow: string } }).urls.mlflow);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  const recorded = (champion: string): Promise<unknown> =>
    eventually(
      `the ledger's champion is ${champion === '' ? 'none' : champion}`,
      () => mlflow.modelTags(MODEL),
      (tags) => tags['tt.champion'] === champion && tags['tt.ledger_run'] !== undefined,
    );

  const historyOf = async (model: string): Promise<readonly Entry[]> => {
    const { stdout } = await home.run(['models', 'history', model, '--json']);
    const { entries, intact } = JSON.parse(stdout) as { readonly entries: readonly Entry[]; readonly intact: boolean };
    expect(intact).toBe(true);
    return entries;
  };

  it(
    'a running worker notices a champion that was moved by hand, removed, or deleted',
    async () => {
      await mlflow.createModel(MODEL);
      const [first, second, third] = [
        await mlflow.createVersion(MODEL),
        await mlflow.createVersion(MODEL),
        await mlflow.createVersion(MODEL),
      ];
      await mlflow.moveAlias(MODEL, 'champion', first);
      // Nobody's ledger says so yet: the look begins one.
      await mlflow.setModelTag(MODEL, 'tt.champion', 'unknown');
      await recorded(first);

      await mlflow.moveAlias(MODEL, 'champion', second);
      await recorded(second);
      expect(await mlflow.aliases(MODEL)).toEqual({ champion: second, previous: first });

      await mlflow.moveAlias(MODEL, 'champion', null);
      await recorded('');
      await mlflow.moveAlias(MODEL, 'champion', third);
      await recorded(third);
      await mlflow.deleteVersion(MODEL, third);
      await recorded('');
      expect(await mlflow.aliases(MODEL)).toEqual({ previous: second });

      expect((await historyOf(MODEL)).map(({ action, from, to }) => [action, from, to])).toEqual([
        ['adopt', null, first],
        ['adopt', first, second],
        ['adopt', second, null],
        ['adopt', null, third],
        ['repair', third, null],
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    'with gate.manual_moves revert a champion that was moved by hand is what the gate had made it again',
    async () => {
      const model = 'reverted';
      const file = join(await temporaryFolder('tt-exp-revert-'), 'reverting.json');
      await writeFile(
        file,
        JSON.stringify({
          name: 'reverting',
          data: {
            source: { type: 'synthetic', users: 60, startups: 40, interactions: 900 },
            text_encoder: 'hashed',
          },
          model: { hidden_dims: [16], embedding_dim: 8 },
          training: { num_epochs: 1, batch_size: 64 },
          gate: { model_name: model, min_ndcg_at_10: 0, manual_moves: 'revert' },
        }),
      );
      const ran = await home.run(['run', file, '--json']);
      expect(ran.exitCode, ran.stderr).toBe(0);
      const { model: registered } = JSON.parse(ran.stdout) as { readonly model: { readonly version: string } };
      const own = registered.version;
      expect(await mlflow.aliases(model)).toEqual({ champion: own });

      const other = await mlflow.createVersion(model);
      for (const to of [other, null]) {
        await mlflow.moveAlias(model, 'champion', to);
        await eventually(
          `champion is version ${own} again`,
          () => mlflow.aliases(model),
          ({ champion }) => champion === own,
        );
      }
      const entries = () => historyOf(model);
      await eventually('both moves are in the ledger', entries, (found) => found.length === 5);
      expect((await entries()).map(({ actor, action, from, to }) => [actor, action, from, to])).toEqual([
        [expect.stringMatching(/^reverting-/), 'promote', null, own],
        ['MLflow', 'adopt', own, other],
        ['tt-exp', 'revert', other, own],
        ['MLflow', 'adopt', own, null],
        ['tt-exp', 'revert', null, own],
      ]);
    },
    TIMEOUT_MS,
  );
});
