/** Which version of a registered model a bundle is of. */
import type { ServedBundle } from '../http/served-bundle.ts';
import type { ServedVersion } from './champion-source.ts';

export const sameVersion = (a: ServedVersion | null, b: ServedVersion | null): boolean =>
  a?.version === b?.version && a?.runId === b?.runId;

/** What a bundle says of itself; null for one of no registered version. */
export const ownVersion = ({ modelVersion, runId }: ServedBundle): ServedVersion | null =>
  modelVersion === null || runId === null ? null : { version: modelVersion, runId };
