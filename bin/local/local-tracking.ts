/** MLflow for a command that works by itself. */
import { TtExpError } from '../../contracts/errors.ts';
import type { Tracking } from '../../tracking/index.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';
import type { LocalContext } from './local-context.ts';

export interface OpenedTracking {
  readonly tracking: Tracking;
  readonly uri: string;
}

/** The server that the environment names, else the embedded one, which is started where it does not run. */
export const startTracking = async ({ environment, progress, signal }: LocalContext): Promise<OpenedTracking> => {
  const uri = await createHomeServices(environment, () => undefined).ensureMlflow({ signal }, progress);
  return { tracking: openTracking(environment, uri), uri };
};

/** The same without starting anything. Throws SERVICE_UNREACHABLE where none runs. */
export const connectTracking = async ({ environment }: LocalContext): Promise<Tracking> =>
  openTracking(environment, await createHomeServices(environment, () => undefined).mlflowAddress());

/** As `connectTracking`; null where none runs. */
export const findTracking = async (context: LocalContext): Promise<Tracking | null> => {
  try {
    return await connectTracking(context);
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE') {
      return null;
    }
    throw error;
  }
};
