import { recordHandMoves } from './record-hand-moves.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';

/** Connects to the MLflow that runs; starts nothing. */
export const withCatalogue = async <Result>(
  runtime: RegistryRuntime,
  work: (catalogue: ModelCatalogue) => Promise<Result>,
): Promise<Result> => {
  const catalogue = await runtime.openCatalogue();
  try {
    await recordHandMoves(runtime, catalogue);
    return await work(catalogue);
  } finally {
    await catalogue.close();
  }
};
