import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { Platform } from '../platform/platform-runtime.ts';

/** That an experiment is about to begin a model under the former name of another, in a sentence; null: it is not. */
export const renamedModelWarning = async (
  { facts }: Pick<Platform, 'facts'>,
  { gate: { model_name: name } }: Pick<ResolvedConfig, 'gate'>,
): Promise<string | null> => {
  try {
    const now = await facts.renamedTo(name);
    return now === null
      ? null
      : `the registered model ${name} was renamed in MLflow and is called ${now} now: this experiment begins another model ${name}, without a champion to compare with; to keep to that one, set gate.model_name to ${JSON.stringify(now)}`;
  } catch (error) {
    if (error instanceof TtExpError) {
      return `whether the registered model ${name} was renamed in MLflow is not known: ${error.message}`;
    }
    throw error;
  }
};
