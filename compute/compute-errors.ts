/** What failures of a compute process mean: errors it reports, and ends without a word. */

import { TtExpError } from '../contracts/errors.ts';
import { MESSAGE } from '../contracts/names.ts';
import { isDiskFull } from '../host/files/file-errors.ts';

const MEMORY_ERROR = new RegExp(
  [
    'OOM when allocating',
    'out of memory',
    'CUDA_ERROR_OUT_OF_MEMORY',
    'failed to alloc(ate)? (memory|\\d)',
    'Array buffer allocation failed',
    'std::bad_alloc',
  ].join('|'),
  'i',
);
const GPU_MEMORY = /CUDA|GPU/i;
const LONGEST_LINE = 300;

/** Whether a line that a process wrote says that its memory did not suffice. */
export const saysOutOfMemory = (line: string): boolean => MEMORY_ERROR.test(line);

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').slice(0, LONGEST_LINE);

const outOfMemory = (reason: string, details: Readonly<Record<string, unknown>>, cause?: unknown): TtExpError => {
  const line = firstLine(reason);
  // The guide's readers look for these words; a CPU's own message follows them and names its device.
  return new TtExpError(
    'OUT_OF_MEMORY',
    line.startsWith(MESSAGE.outOfMemory) ? line : `${MESSAGE.outOfMemory}: ${line}`,
    {
      hint: GPU_MEMORY.test(line)
        ? 'Lower training.batch_size or model.hidden_dims, or train on the CPU (TT_TF_BACKEND=native).'
        : 'Lower training.batch_size or model.hidden_dims, or run fewer trials at once.',
      details,
      cause,
    },
  );
};

/** A job's error as its parent should see it: any report of too little memory becomes OUT_OF_MEMORY. */
export const explainJobError = (error: unknown): unknown => {
  if (error instanceof TtExpError || !(error instanceof Error)) {
    return error;
  }
  if (saysOutOfMemory(error.message)) {
    return outOfMemory(error.message, {}, error);
  }
  if (isDiskFull(error)) {
    return new TtExpError('DISK_FULL', `compute process: ${error.message}`, {
      hint: 'Free space on the disk of the home folder (TT_EXP_HOME); the trial resumes from its last checkpoint.',
      cause: error,
    });
  }
  return error;
};

export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last lines that it wrote to stderr. */
  readonly lines: readonly string[];
}

/** A child that ended without a result. */
export const explainChildEnd = ({ exitCode, signal, lines }: ChildEnd): TtExpError => {
  const details = { exitCode, signal, lastLines: lines };
  const memoryLine = lines.findLast(saysOutOfMemory);
  if (memoryLine !== undefined) {
    return outOfMemory(memoryLine, details);
  }
  const ended = signal === null ? `exit code ${exitCode}` : signal;
  const line = lines.findLast((text) => /error|fatal|terminate|abort|assert/i.test(text)) ?? lines.at(-1);
  const said = line === undefined ? 'it wrote nothing to stderr' : firstLine(line);
  return new TtExpError('TRAINER_CRASHED', `compute process: ended by ${ended} without a result: ${said}`, {
    hint:
      signal === 'SIGKILL'
        ? 'The system may have run out of memory: lower training.batch_size, or run fewer trials at once.'
        : "The worker's log has its output; the trial resumes from its last checkpoint.",
    details,
  });
};
