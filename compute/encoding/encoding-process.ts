/** Parent side of the encoding process: started when something is to be encoded, ended by a failure, then started anew. */
import { type ChildProcess, fork } from 'node:child_process';
import { fromErrorRecord, TtExpError } from '../../contracts/errors.ts';
import type { Log } from '../../contracts/log.ts';
import type { EncodedRow, EncodeRequest, RowEncoder } from '../../contracts/row-encoding.ts';
import type { TensorflowPlan } from '../../contracts/tensorflow.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { forwardOutput } from '../compute-process.ts';
import { slotEnvironment } from '../compute-runner.ts';
import type { EncodeAnswer, EncodeOrder } from './encoding-messages.ts';

export interface EncodingProcessOptions {
  readonly nodeExecutable: string;
  /** Before the script, as `--import tsx`. */
  readonly nodeArguments: readonly string[];
  /** Calls `serveEncoding`. */
  readonly childScript: string;
  readonly environment: Variables;
  /** Which TensorFlow; asked for with every start. Throws what keeps it from being had. */
  readonly plan: () => Promise<TensorflowPlan>;
  /** A request may take so long, the start included. */
  readonly answerLimitMs: number;
  /** Gets what the process writes, line by line. */
  readonly log: Log;
}

interface Running {
  readonly child: ChildProcess;
  readonly plan: TensorflowPlan;
}

const ended = (why: string): TtExpError =>
  new TtExpError('TRAINER_CRASHED', `encoding process: ${why}`, {
    hint: 'It is started again; the log has its output.',
  });

/** One request at a time. A request throws what the process reports, and TRAINER_CRASHED where it ends or says nothing. */
export const createEncodingProcess = (options: EncodingProcessOptions): RowEncoder & { pid(): number | null } => {
  let running: Running | null = null;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  const start = async (): Promise<Running> => {
    const plan = await options.plan();
    if (isClosed) {
      throw ended('the server ends');
    }
    const child = fork(options.childScript, [], {
      execPath: options.nodeExecutable,
      execArgv: [...options.nodeArguments],
      // Rows are few: the processor is for those who ask for lists, and so is the GPU's memory.
      env: { ...slotEnvironment({ plan, environment: options.environment, threadsPerSlot: 1 }, null) },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    forwardOutput(child, options.log, 'encoding process');
    // Also between requests, where nobody waits for it.
    child.on('error', (error) => options.log('warn', `encoding process ${child.pid}: ${error.message}`));
    // The library of a GPU without a visible device computes on the CPU.
    return { child, plan: plan.backend === 'gpu' ? { ...plan, backend: 'native' } : plan };
  };

  const end = ({ child }: Running): void => {
    running = null;
    child.kill('SIGKILL');
  };

  const exchange = ({ child, plan }: Running, request: EncodeRequest): Promise<EncodeAnswer> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(late);
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        settle();
      };
      const onMessage = (answer: EncodeAnswer): void => finish(() => resolve(answer));
      const onExit = (code: number | null, signal: string | null): void =>
        finish(() => reject(ended(`ended by ${signal ?? `exit code ${code}`}`)));
      const onError = (error: Error): void => finish(() => reject(ended(`cannot be used: ${error.message}`)));
      const late = setTimeout(
        () => finish(() => reject(ended(`no answer for ${options.answerLimitMs / 1000} s`))),
        options.answerLimitMs,
      );
      child.on('message', onMessage);
      child.once('exit', onExit);
      child.once('error', onError);
      const order: EncodeOrder = { plan, request };
      // Where it cannot be sent, the child has ended.
      child.send(order, () => undefined);
    });

  const encode = async (request: EncodeRequest): Promise<readonly EncodedRow[]> => {
    if (running !== null && (running.child.exitCode !== null || running.child.signalCode !== null)) {
      running = null;
    }
    running ??= await start();
    const current = running;
    try {
      const answer = await exchange(current, request);
      if (answer.kind === 'failed') {
        throw fromErrorRecord(answer.error);
      }
      return answer.rows;
    } catch (error) {
      // Whatever state it is in, the next one begins without it.
      end(current);
      throw error;
    }
  };

  return {
    encode: (request) => {
      const done = last.then(() => encode(request));
      last = done.catch(() => undefined);
      return done;
    },
    pid: () => running?.child.pid ?? null,
    close: async () => {
      isClosed = true;
      if (running !== null) {
        end(running);
      }
      await last;
    },
  };
};
