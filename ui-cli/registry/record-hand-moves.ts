/** What was moved by hand is recorded before anybody looks at a model, where its owner can be asked. */
import { newRequestId } from '../../client/registry-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printLines } from '../text/output.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';

const record = (runtime: RegistryRuntime, names: readonly string[]): Promise<void> =>
  withPlatform(runtime, async ({ registry }) => {
    const { user: actor } = runtime.environment();
    for (const name of names) {
      const request = newRequestId(actor, 'reconcile');
      const { aliases } = await registry.ask(name, {
        ...{ kind: 'reconcile', request, actor, reason: 'a command looked at the model', evidence: {} },
      });
      const champion = aliases.champion === null ? 'no champion' : `version ${aliases.champion}`;
      printLines(runtime.io.stderr, [`note: ${name}: the champion was moved by hand in MLflow; it is ${champion} now`]);
    }
  });

/** A look at models needs MLflow alone: without the other services it is said that nothing was recorded. */
export const recordHandMoves = async (runtime: RegistryRuntime, catalogue: ModelCatalogue): Promise<void> => {
  const names = await catalogue.movedByHand();
  if (names.length === 0) {
    return;
  }
  try {
    await record(runtime, names);
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    printLines(runtime.io.stderr, [
      `note: ${names.join(', ')}: the champion was moved by hand in MLflow, which is not in the ledger yet: ${error.message}`,
    ]);
  }
};
