import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';

const TIMEOUT_MS = 600_000;
const MODEL = 'watched';

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

      const { stdout } = await home.run(['models', 'history', MODEL, '--json']);
      const { entries, intact } = JSON.parse(stdout) as {
        readonly entries: readonly {
          readonly action: string;
          readonly from: string | null;
          readonly to: string | null;
        }[];
        readonly intact: boolean;
      };
      expect(intact).toBe(true);
      expect(entries.map(({ action, from, to }) => [action, from, to])).toEqual([
        ['adopt', null, first],
        ['adopt', first, second],
        ['adopt', second, null],
        ['adopt', null, third],
        ['repair', third, null],
      ]);
    },
    TIMEOUT_MS,
  );
});
