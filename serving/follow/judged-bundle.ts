/** Whether a bundle is the one that the gate has judged. */
import { TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import { UNBLESSED } from '../../policy/registry/unblessed.ts';
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

/** Says that the gate has judged no bundle of what is served now, as where its alias was moved by hand. */
export const warnUnblessed = (log: Log, model: string, { version, judgedBundle }: ServedVersion): void => {
  if (judgedBundle === null) {
    log('warn', `${model}/${version} is not blessed: ${UNBLESSED}`);
  }
};
