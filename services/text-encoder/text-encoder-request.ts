import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { Clock } from '../../host/clock.ts';
import type { Variables } from '../../host/processes/variables.ts';

export const PART = 'text-encoder';

/** Where things lie, and how to tell what goes on. */
export interface TextEncoderPlace {
  readonly cacheFolder: string;
  /** The package's services/text-encoder/provision. */
  readonly provisionFolder: string;
  readonly environment: Variables;
  readonly progress: ProgressSink;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export const encoderCache = ({ cacheFolder }: TextEncoderPlace): string => join(cacheFolder, 'text-encoder');

export const provisionFailure = (what: string, hint: string, cause?: unknown): TtExpError =>
  new TtExpError('PROVISION_FAILED', `text encoder: ${what}`, { hint, ...(cause === undefined ? {} : { cause }) });
