/** Users and items given to a server online: the log of its model, and the process that encodes them, wired. */
import { createEncodingProcess } from '../../compute/encoding/encoding-process.ts';
import type { Environment } from '../../config/env.ts';
import { systemClock } from '../../host/clock.ts';
import { type Additions, openAdditions } from '../../serving/additions/open-additions.ts';
import type { EventLog } from '../../serving/events/event-log.ts';
import type { ServeRequest } from '../../ui-cli/serving/serve-runtime.ts';
import { PACKAGE } from '../package-files.ts';
import { planTensorflow } from '../plan-tensorflow.ts';

/** TensorFlow starts within seconds; a text encoder that is not here yet is installed first. */
const ANSWER_LIMIT_MS = 300_000;

export interface ServedAdditionsOptions {
  readonly environment: Environment;
  readonly request: Pick<ServeRequest, 'log' | 'progress' | 'signal'>;
  /** Of the served model. */
  readonly folder: string;
  readonly events: EventLog;
}

export const openServedAdditions = (options: ServedAdditionsOptions): Promise<Additions> => {
  const { environment, request, folder, events } = options;
  const { log, progress, signal } = request;
  return openAdditions({
    ...{ folder, clock: systemClock, log },
    events: { events: events.overlay.events, revisionOf: events.revisionOf },
    encoder: createEncodingProcess({
      nodeExecutable: process.execPath,
      nodeArguments: process.execArgv,
      childScript: PACKAGE.encodingScript,
      environment: environment.variables,
      plan: () => planTensorflow(environment, progress, signal),
      answerLimitMs: ANSWER_LIMIT_MS,
      log,
    }),
  });
};
