/** A catalogue that answers what a test says, and the views of it. */
import type { CatalogueModel, CatalogueVersion, VersionDetails } from '../../../contracts/model-catalogue.ts';
import { runCli } from '../../../ui-cli/main.ts';
import type { ModelCatalogue, RegistryRuntime } from '../../../ui-cli/registry/registry-runtime.ts';
import { createFakeRuntime, type FakeRuntime, type FakeSlices, settle } from './fake-runtime.ts';

export const NOW_MS = Date.UTC(2026, 10, 30, 12);

export const catalogueVersion = (version: string, change: Partial<CatalogueVersion> = {}): CatalogueVersion => ({
  version,
  aliases: [],
  runId: version.padStart(32, '0'),
  run: 'active',
  datasetVersion: 'ds-0123456789abcdef',
  ndcgAt10: 0.4123,
  bytes: 12_345_678,
  createdAtMs: NOW_MS - 86_400_000,
  verdict: 'none',
  decidedBy: null,
  isArchived: false,
  bundle: null,
  ...change,
});

export const catalogueModel = (change: Partial<CatalogueModel> = {}): CatalogueModel => ({
  name: 'two-tower',
  aliases: { champion: null, challenger: null, previous: null },
  dangling: [],
  versions: [],
  hasRecords: true,
  ...change,
});

export const versionDetails = (change: Partial<VersionDetails> = {}): VersionDetails => ({
  ...catalogueVersion('3', { aliases: ['champion'], verdict: 'promoted' }),
  name: 'two-tower',
  experimentId: 'sweep-0123456789',
  trialId: 'trial-002',
  gateDecision: 'promoted',
  reasons: ['the lower end 0.0100 of the interval is above 0.0000'],
  gateByHand: null,
  test: { ndcg_at_10: 0.4123, map: 0.31 },
  records: [],
  mlflowPath: '/#/experiments/1/runs/3',
  gatePath: '/#/experiments/1/runs/3/artifacts/gate.html',
  ...change,
});

/** What is not given fails the test by its name. */
export const fakeCatalogue = (
  given: Partial<ModelCatalogue>,
): Pick<RegistryRuntime, 'openCatalogue' | 'definedOnline'> => ({
  definedOnline: async () => null,
  openCatalogue: async () =>
    ({
      uri: 'http://127.0.0.1:5000/',
      movedByHand: async () => [],
      foreseeMove: async () => ({ before: { champion: '2', challenger: null, previous: '1' }, after: null }),
      close: async () => undefined,
      ...given,
    }) as ModelCatalogue,
});

export interface RegistryRun extends FakeRuntime {
  readonly exitCode: number;
}

/** Runs a command line on it. @param columns of the terminal @param isTerminal somebody could be asked, and says nothing */
export const runOnCatalogue = async (
  args: readonly string[],
  given: Partial<ModelCatalogue>,
  {
    columns = 80,
    isTerminal = false,
    ...slices
  }: FakeSlices & {
    readonly columns?: number;
    readonly isTerminal?: boolean;
  } = {},
): Promise<RegistryRun> => {
  const fake = createFakeRuntime({ now: () => NOW_MS, ...fakeCatalogue(given), ...slices });
  fake.runtime.io.stdout.columns = columns;
  fake.runtime.io.stdin.isTTY = isTerminal;
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { ...fake, exitCode };
};
