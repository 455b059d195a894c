/** Whether a bundle is the one that the gate has judged. */
import { TtExpError } from '../../contracts/errors.ts';
import { releaseBundle, type ServedBundle } from '../http/served-bundle.ts';
import type { ServedVersion } from './champion-source.ts';

/** The gate has judged another bundle of this version. */
export const isNotJudged = ({ digest }: ServedBundle, { judgedBundle = null }: ServedVersion): boolean =>
  judgedBundle !== null && judgedBundle !== digest;

/** Throws MODEL_INCOMPATIBLE where the gate has judged another, and releases the bundle. */
export const requireJudged = (bundle: ServedBundle, version: ServedVersion): ServedBundle => {
  if (isNotJudged(bundle, version)) {
    const { judgedBundle } = version;
    releaseBundle(bundle);
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `the bundle of version ${version.version} is ${bundle.digest} here, and the gate has judged ${judgedBundle}`,
      {
        hint: `Copy the folder bundles/${judgedBundle} from the home that judged it, or let an experiment judge the model again.`,
      },
    );
  }
  return bundle;
};
