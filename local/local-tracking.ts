/** MLflow for a command that works without it too. */
import { TtExpError } from '../contracts/errors.ts';
import type { LocalContext } from './local-context.ts';
import type { LocalTracking, Patience } from './ports.ts';

/** null where none runs. */
export const findTracking = async (
  { ports }: LocalContext,
  patience: Patience = 'long',
): Promise<LocalTracking | null> => {
  try {
    return await ports.connectTracking(patience);
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE') {
      return null;
    }
    throw error;
  }
};
