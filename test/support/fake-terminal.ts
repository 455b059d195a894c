/** Streams that a program takes for a terminal. */
import { PassThrough, Writable } from 'node:stream';
import type { CliIo } from '../../ui-cli/command-line/process-runtime.ts';

export interface FakeTerminal {
  readonly io: CliIo;
  press(keys: string): void;
}

export const createFakeTerminal = (
  size: { readonly columns: number; readonly rows: number },
  onWrite: (text: string) => void,
): FakeTerminal => {
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  }) as PassThrough;
  const stream = Object.assign(
    new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        onWrite(text);
        done();
      },
    }),
    { isTTY: true, ...size },
  ) as unknown as NodeJS.WriteStream;
  return {
    io: { stdin: stdin as unknown as NodeJS.ReadStream, stdout: stream, stderr: stream },
    press: (keys) => {
      stdin.write(keys);
    },
  };
};
