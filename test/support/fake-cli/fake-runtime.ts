/** The command line without the rest of tt-exp: streams, variables and signals of its own, and the slices that a test gives. */
import { PassThrough } from 'node:stream';
import { readEnvironment } from '../../../config/env.ts';
import type { CliIo, ProcessRuntime } from '../../../ui-cli/command-line/process-runtime.ts';
import type { CliRuntime } from '../../../ui-cli/runtime.ts';
import type { ServicesControl } from '../../../ui-cli/services/services-runtime.ts';

/** Members of the runtime that the commands under test may use. */
export interface FakeSlices extends Partial<Omit<CliRuntime, 'services'>> {
  readonly services?: Partial<ServicesControl>;
}

export interface FakeRuntime {
  readonly runtime: CliRuntime;
  stdout(): string;
  stderr(): string;
  /** As Ctrl-C outside the full screen. */
  interrupt(): void;
  /** How many parts listen for Ctrl-C. */
  listeners(): number;
}

/** Streams hand their text on in a later turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const jsonOf = ({ stdout }: FakeRuntime): Record<string, unknown> =>
  JSON.parse(stdout()) as Record<string, unknown>;

/** Whatever is not given fails the test by its name. */
const onlyGiven = <Slice extends object>(given: object): Slice =>
  new Proxy(given as Slice, {
    get: (target, name) => {
      if (typeof name === 'string' && !(name in target)) {
        throw new Error(`the test did not expect a use of ${name}`);
      }
      return Reflect.get(target, name);
    },
  });

/** @param slices those of the process too, where a test has its own */
export const createFakeRuntime = (
  { services, ...slices }: FakeSlices = {},
  variables: Readonly<Record<string, string>> = {},
): FakeRuntime => {
  const texts = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const stream = new PassThrough().setEncoding('utf8');
    stream.on('data', (text: string) => {
      texts[name] += text;
    });
    return stream as unknown as NodeJS.WriteStream;
  };
  const io: CliIo = {
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
  };
  const interrupts = new Set<() => void>();
  const own: ProcessRuntime = {
    version: '9.9.9',
    io,
    isPlain: false,
    environment: () => readEnvironment({ HOME: '/nowhere', USER: 'tester', ...variables }),
    now: () => Date.now(),
    onInterrupt: (listener) => {
      interrupts.add(listener);
      return () => interrupts.delete(listener);
    },
    onTerminate: () => () => {},
    onHangUp: () => () => {},
  };
  return {
    runtime: onlyGiven({ ...own, services: onlyGiven({ ...services }), ...slices }),
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    listeners: () => interrupts.size,
    interrupt: () => {
      for (const listener of [...interrupts]) {
        listener();
      }
    },
  };
};
