/** A question before something is moved. */
import { createInterface } from 'node:readline';
import { TtExpError } from '../../contracts/errors.ts';
import { printable } from '../../contracts/printable.ts';
import { printLines } from '../text/output.ts';
import type { CliIo } from './process-runtime.ts';

/** Throws USAGE where nobody can be asked; call it before anything that takes long. */
export const requireAnswer = ({ stdin }: CliIo, isYes: boolean): void => {
  if (!isYes && stdin.isTTY !== true) {
    throw new TtExpError('USAGE', 'tt-exp: nobody can be asked, because this is no terminal', {
      hint: 'Add --yes to do it without a question.',
    });
  }
};

/** Whether the answer is yes; an empty one, and the end of the input, are no. Throws INTERRUPTED on Ctrl-C. */
export const confirm = ({ stdin, stderr }: CliIo, question: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: true });
    let isYes = false;
    lines.on('line', (line) => {
      isYes = /^\s*y(es)?\s*$/i.test(line);
      lines.close();
    });
    lines.on('SIGINT', () => {
      lines.removeAllListeners('close');
      lines.close();
      printLines(stderr, ['']);
      reject(new TtExpError('INTERRUPTED', 'tt-exp: interrupted by Ctrl-C', { hint: 'Nothing was moved.' }));
    });
    lines.on('close', () => resolve(isYes));
    lines.setPrompt(`${printable(question)} [y/N] `);
    lines.prompt();
  });
