/** How the full screen can end without a key. */
import type { ProcessRuntime } from '../../command-line/process-runtime.ts';

export interface EndingSinks {
  /** The terminal is gone, or somebody says so. */
  hungUp(): void;
  /** A mistake of ours, wherever it was made: it must be read on the normal screen. */
  failed(error: unknown): void;
}

/** Until the returned function is called. Ctrl-C and SIGTERM are the command's. */
export const watchEndings = (
  { io, onHangUp }: Pick<ProcessRuntime, 'io' | 'onHangUp'>,
  stream: NodeJS.WriteStream,
  { hungUp, failed }: EndingSinks,
): (() => void) => {
  const off = onHangUp(hungUp);
  // Rejected promises that nobody waits for come here too.
  process.on('uncaughtException', failed);
  stream.on('error', hungUp);
  // Stays: an input whose terminal is gone may tell of it late.
  io.stdin.on('error', hungUp);
  const inputEnds = ['end', 'close'] as const;
  for (const name of inputEnds) {
    io.stdin.on(name, hungUp);
  }
  return () => {
    off();
    process.off('uncaughtException', failed);
    stream.off('error', hungUp);
    for (const name of inputEnds) {
      io.stdin.off(name, hungUp);
    }
  };
};

/** As a process ends that listens to no hang-up: Node itself aborts where it ends in any other way without its terminal. */
export const endByHangUp = (): void => {
  process.kill(process.pid, 'SIGHUP');
};
