/** What `up` was doing when it was interrupted, and what it leaves behind. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ProgressSink, ServiceProgress, ServicesStatus } from '../../contracts/services.ts';
import { serviceLine } from '../display/service-texts.ts';

/** A build of TensorFlow, say, leaves nothing half done behind. */
const AGAIN = 'Run `tt-exp up` again: parts that are ready stay so, an interrupted one starts anew.';

const DOWN = '`tt-exp down` stops them.';

/** It is a process of its own, which no Ctrl-C here reaches. */
const GOES_ON =
  'The supervisor starts the other servers and the workers, and experiments go on; `tt-exp down` stops all of it.';

export interface StepsSoFar {
  readonly note: ProgressSink;
  /** Steps that had begun and not ended; empty before the first one. */
  underway(): readonly string[];
}

export const followSteps = (): StepsSoFar => {
  const last = new Map<string, ServiceProgress>();
  return {
    note: (event) => {
      if (event.step !== 'notice') {
        last.set(event.part, event);
      }
    },
    underway: () => [...last.values()].filter(({ step }) => step !== 'ready').map(serviceLine),
  };
};

const running = ({ supervisor, services }: ServicesStatus): readonly string[] => [
  ...(supervisor.state === 'running' ? ['supervisor'] : []),
  ...services
    .filter(({ pid, state }) => pid !== null && state !== 'stopped')
    .map(({ name, state }) => (state === 'healthy' ? name : `${name} (${state})`)),
];

/** @param status null: nobody could tell, or waited for it */
export const interruptedUp = (
  underway: readonly string[],
  status: ServicesStatus | null,
  cause: TtExpError,
): TtExpError => {
  const where = underway.length === 0 ? 'before its first step' : `during: ${underway.join('; ')}`;
  const left = status === null ? null : running(status);
  const leftText =
    left === null
      ? 'What was started keeps running: `tt-exp status` lists it, `tt-exp down` stops it.'
      : left.length === 0
        ? 'Nothing was left running.'
        : `Left running: ${left.join(', ')}. ${status?.supervisor.state === 'running' ? GOES_ON : DOWN}`;
  return new TtExpError('INTERRUPTED', `up: interrupted ${where}`, { hint: `${leftText} ${AGAIN}`, cause });
};
