/** What was moved by hand is recorded before anybody looks at a model, where its owner can be asked. */
import { newRequestId } from '../../client/registry-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printLines } from '../text/output.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';

/** What the owner wrote for this look: who had moved what, and what speaks against it. */
const reasonsOf = async (catalogue: ModelCatalogue, name: string, request: string): Promise<readonly string[]> =>
  (await catalogue.history(name)).entries.filter((entry) => entry.request === request).map(({ reason }) => reason);

const record = (runtime: RegistryRuntime, catalogue: ModelCatalogue, names: readonly string[]): Promise<void> =>
  withPlatform(runtime, async ({ registry }) => {
    const { user: actor } = runtime.environment();
    for (const name of names) {
      const request = newRequestId(actor, 'reconcile');
      const { aliases } = await registry.ask(name, {
        ...{ kind: 'reconcile', request, actor, reason: 'a command looked at the model', evidence: {} },
      });
      const champion = aliases.champion === null ? 'no champion' : `version ${aliases.champion}`;
      printLines(runtime.io.stderr, [`note: ${name}: the champion was moved by hand in MLflow; it is ${champion} now`]);
      const reasons = await reasonsOf(catalogue, name, request);
      printLines(
        runtime.io.stderr,
        reasons.map((reason) => `  ${reason}`),
      );
    }
  });

/** A look at models needs MLflow alone: without the other services it is said that nothing was recorded. */
export const recordHandMoves = async (runtime: RegistryRuntime, catalogue: ModelCatalogue): Promise<void> => {
  const names = await catalogue.movedByHand();
  if (names.length === 0) {
    return;
  }
  try {
    await record(runtime, catalogue, names);
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    printLines(runtime.io.stderr, [
      `note: ${names.join(', ')}: the champion was moved by hand in MLflow, which is not in the ledger yet: ${error.message}`,
    ]);
  }
};
