/** The command line on this process's own terminal, with a scripted experiment behind it. */
import { readEnvironment } from '../../config/env.ts';
import { runCli } from '../../ui-cli/main.ts';
import { trainingView, viewOf } from './experiment-views.ts';
import { createFakeRuntime } from './fake-cli-runtime.ts';

const onSignal = (signal: NodeJS.Signals) => (listener: () => void) => {
  process.on(signal, listener);
  return () => process.off(signal, listener);
};

const { runtime, recorded } = createFakeRuntime(
  {
    views: [viewOf('extract'), trainingView()],
    delayMs: 20,
    cancelled: trainingView({ status: 'cancelled', progress: {} }),
  },
  {
    io: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    environment: () => readEnvironment(),
    onInterrupt: onSignal('SIGINT'),
    onTerminate: onSignal('SIGTERM'),
  },
);

process.exitCode = await runCli(process.argv.slice(2), runtime);
process.stdout.write(`cancelled: ${recorded.cancelled.length}, closed: ${recorded.closed}\n`);
