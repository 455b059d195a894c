/** `--data` where only a dataset version will do. */
import { TtExpError } from '../../contracts/errors.ts';

const VERSION = /^ds-[0-9a-f]{1,16}$/;

/** null where it was not given. Throws USAGE for what is no version. */
export const versionOption = (given: string | undefined): string | null => {
  if (given !== undefined && !VERSION.test(given)) {
    throw new TtExpError('USAGE', `--data: got ${JSON.stringify(given)}, expected a dataset version (ds-…)`, {
      hint: '`tt-exp data versions` lists them.',
    });
  }
  return given ?? null;
};
