import type { Environment } from '../../config/env.ts';

export interface CliIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The process that a command runs in. */
export interface ProcessRuntime {
  readonly version: string;
  readonly io: CliIo;
  /** Progress is written as lines, even on a terminal. Of the command that runs: `--plain`. */
  readonly isPlain: boolean;
  /** Throws ENVIRONMENT_INVALID. Called only by commands that need it, so that --help always works. */
  environment(): Environment;
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `listener` on every SIGINT instead of ending the process, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** The same for SIGTERM. */
  onTerminate(listener: () => void): () => void;
  /** The same for SIGHUP. Not for what may run under nohup, which ignores it. */
  onHangUp(listener: () => void): () => void;
}
