/** Runs a program on a real pseudo terminal, which Python's standard library can open without a native package. */
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

const BRIDGE = `
import fcntl, os, pty, select, struct, sys, termios
columns, rows = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
inputs = [terminal, 0, 3]
while True:
    ready, _, _ = select.select(inputs, [], [])
    if 3 in ready:
        sizes = os.read(3, 1024).decode().split()
        if len(sizes) >= 2:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', int(sizes[-1]), int(sizes[-2]), 0, 0))
        else:
            inputs.remove(3)
    if 0 in ready:
        keys = os.read(0, 1024)
        if keys:
            os.write(terminal, keys)
        else:
            inputs.remove(0)
    if terminal in ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            data = b''
        if not data:
            break
        os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
`;

export interface Terminal {
  /** Everything written so far, control sequences included. */
  output(): string;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  readonly exitCode: Promise<number | null>;
  /** Hangs up: the program gets SIGHUP, as when its window is closed. */
  dispose(): Promise<void>;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly environment: NodeJS.ProcessEnv;
}

export const openTerminal = (command: readonly string[], options: TerminalOptions): Terminal => {
  const { columns, rows, environment } = options;
  const child = spawn('python3', ['-c', BRIDGE, String(columns), String(rows), ...command], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  const [stdin, stdout, , sizes] = child.stdio as unknown as [Writable, Readable, null, Writable];
  let output = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    output: () => output,
    press: (keys) => stdin.write(keys),
    resize: (columns, rows) => {
      sizes.write(`${columns} ${rows}\n`);
    },
    exitCode,
    dispose: async () => {
      child.kill('SIGTERM');
      await exitCode;
    },
  };
};
