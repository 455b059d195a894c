/** No experiment online of a model, in words that say whether there is such a model. */
import { noneRuns } from '../../client/online-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { printLines } from '../text/output.ts';
import type { OnlineRuntime } from './online-runtime.ts';

/** MODEL_NOT_FOUND where MLflow knows none; where it cannot be asked, its error is the cause. */
export const whyNoneRuns = async ({ io, openCatalogue }: OnlineRuntime, model: string): Promise<TtExpError> => {
  try {
    const catalogue = await openCatalogue({ onWait: (message) => printLines(io.stderr, [message]) });
    try {
      await catalogue.aliases(model);
    } finally {
      await catalogue.close();
    }
  } catch (error) {
    return error instanceof TtExpError && error.code === 'MODEL_NOT_FOUND' ? error : noneRuns(model, error);
  }
  return noneRuns(model);
};
