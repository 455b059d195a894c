/** Questions to a person at the terminal. */
import { createInterface } from 'node:readline';
import { TtExpError } from '../../contracts/errors.ts';
import { printable } from '../../contracts/printable.ts';
import { printLines } from '../text/output.ts';
import type { CliIo } from './process-runtime.ts';

export const canAsk = ({ stdin }: CliIo): boolean => stdin.isTTY === true;

/** Throws USAGE where nobody can be asked; call it before anything that takes long. */
export const requireAnswer = (io: CliIo, isYes: boolean): void => {
  if (!isYes && !canAsk(io)) {
    throw new TtExpError('USAGE', 'tt-exp: nobody can be asked, because this is no terminal', {
      hint: 'Add --yes to do it without a question.',
    });
  }
};

/** One line of answer; null at the end of the input. Throws INTERRUPTED on Ctrl-C. @param nothingDone its hint */
export const ask = ({ stdin, stderr }: CliIo, prompt: string, nothingDone: string): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: true });
    let answer: string | null = null;
    lines.on('line', (line) => {
      answer = line.trim();
      lines.close();
    });
    lines.on('SIGINT', () => {
      lines.removeAllListeners('close');
      lines.close();
      printLines(stderr, ['']);
      reject(new TtExpError('INTERRUPTED', 'tt-exp: interrupted by Ctrl-C', { hint: nothingDone }));
    });
    lines.on('close', () => resolve(answer));
    lines.setPrompt(`${printable(prompt)} `);
    lines.prompt();
  });

/** Before something is moved: whether the answer is yes; an empty one, and the end of the input, are no. */
export const confirm = async (io: CliIo, question: string): Promise<boolean> =>
  /^y(es)?$/i.test((await ask(io, `${question} [y/N]`, 'Nothing was moved.')) ?? '');
