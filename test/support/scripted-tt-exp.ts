/** The command line on this process's own terminal, with a scripted experiment behind it. */
import { readEnvironment } from '../../config/env.ts';
import { runCli } from '../../ui-cli/main.ts';
import { crowdedView, trainingView, viewOf } from './experiment-views.ts';
import { createScriptedRuntime } from './fake-cli/scripted-runtime.ts';

const onSignal = (signal: NodeJS.Signals) => (listener: () => void) => {
  process.on(signal, listener);
  return () => process.off(signal, listener);
};

/** A sweep with more trials than a screen has rows, after two notices. */
const isCrowded = process.env.SCRIPTED === 'crowded';

const { runtime, recorded } = createScriptedRuntime(
  {
    views: [viewOf('extract'), isCrowded ? crowdedView() : trainingView()],
    notices: isCrowded ? ['training falls back to wasm', 'no GPU was found'] : [],
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
process.stdout.write(
  `performance entries: ${performance.getEntriesByType('measure').length}, NODE_ENV: ${process.env.NODE_ENV}\n`,
);
