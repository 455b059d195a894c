import { printLines } from '../text/output.ts';
import { recordHandMoves } from './record-hand-moves.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';

/** Connects to the MLflow that runs; starts nothing. */
export const withCatalogue = async <Result>(
  runtime: RegistryRuntime,
  work: (catalogue: ModelCatalogue) => Promise<Result>,
): Promise<Result> => {
  const catalogue = await runtime.openCatalogue({ onWait: (message) => printLines(runtime.io.stderr, [message]) });
  try {
    await recordHandMoves(runtime, catalogue);
    return await work(catalogue);
  } finally {
    await catalogue.close();
  }
};
