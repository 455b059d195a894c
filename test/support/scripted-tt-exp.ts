/** The command line on this process's own terminal, with a scripted experiment behind it. */

import type { ListedExperiment } from '../../client/experiments-client.ts';
import { readEnvironment } from '../../config/env.ts';
import { runCli } from '../../ui-cli/main.ts';
import type { Experiments, OpenPlatformOptions } from '../../ui-cli/platform/platform-runtime.ts';
import type { CliRuntime } from '../../ui-cli/runtime.ts';
import { changed, completedView, crowdedView, trainingView, viewOf } from './experiment-views.ts';
import { createScriptedRuntime } from './fake-cli/scripted-runtime.ts';

const onSignal = (signal: NodeJS.Signals) => (listener: () => void) => {
  process.on(signal, listener);
  return () => process.off(signal, listener);
};

/** A sweep with more trials than a screen has rows, after two notices. */
const isCrowded = process.env.SCRIPTED === 'crowded';

/** A sweep that ends while somebody watches. */
const isEnding = process.env.SCRIPTED === 'ending';

/** One of the two listed experiments runs, unless a test says how many. */
const ALL_AS: Readonly<Record<string, ListedExperiment['status']>> = { none: 'COMPLETED', several: 'RUNNING' };

/** What goes wrong when the experiments are asked for the second time. */
const MISTAKES: Readonly<Record<string, () => void>> = {
  throws: () => {
    setTimeout(() => {
      throw new Error('thrown at nobody');
    });
  },
  rejects: () => {
    void Promise.reject(new Error('rejected at nobody'));
  },
};

/** In place of a text. */
class Undrawable {
  toString(): string {
    throw new Error('drawn by nobody');
  }
}

/** Rows that cannot be drawn, the second time. */
const spoil = (experiments: Experiments): Experiments => {
  let asked = 0;
  return {
    ...experiments,
    list: async () => {
      asked += 1;
      const all = ALL_AS[process.env.SCRIPTED_RUNNING ?? ''];
      const rows = (await experiments.list()).map((row) => ({ ...row, status: all ?? row.status }));
      if (asked === 2) {
        MISTAKES[process.env.SCRIPTED_MISTAKE ?? '']?.();
      }
      const isSpoilt = asked === 2 && process.env.SCRIPTED_MISTAKE === 'undrawable';
      return isSpoilt ? rows.map((row) => ({ ...row, experimentId: new Undrawable() as unknown as string })) : rows;
    },
    watch: async function* (id, options) {
      for await (const view of experiments.watch(id, options)) {
        const trials = view.trials.map((trial) => ({ ...trial, trialId: new Undrawable() as unknown as string }));
        yield process.env.SCRIPTED_MISTAKE === 'undrawable-trial' ? changed(view, { trials }) : view;
      }
    },
  };
};

const scripted = createScriptedRuntime(
  {
    views:
      process.env.SCRIPTED === 'ended'
        ? [completedView()]
        : [
            viewOf('extract'),
            isCrowded ? crowdedView() : trainingView(),
            ...(isEnding ? [trainingView(), completedView()] : []),
          ],
    notices: isCrowded ? ['training falls back to wasm', 'no GPU was found'] : [],
    delayMs: isEnding ? 700 : 20,
    // One that is cancelled ends its epoch first.
    cancelled:
      process.env.SCRIPTED === 'ends-slowly' ? trainingView() : trainingView({ status: 'cancelled', progress: {} }),
  },
  {
    io: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    environment: () => readEnvironment(),
    onInterrupt: onSignal('SIGINT'),
    onTerminate: onSignal('SIGTERM'),
    onHangUp: onSignal('SIGHUP'),
    savedViews: async () => ({}),
  },
);
const { recorded } = scripted;
const runtime: CliRuntime = new Proxy(scripted.runtime, {
  get: (target, name) =>
    name === 'openPlatform'
      ? async (options: OpenPlatformOptions) => {
          const platform = await target.openPlatform(options);
          return { ...platform, experiments: spoil(platform.experiments) };
        }
      : Reflect.get(target, name),
});

process.exitCode = await runCli(process.argv.slice(2), runtime);
process.stdout.write(`cancelled: ${recorded.cancelled.length}, closed: ${recorded.closed}\n`);
process.stdout.write(
  `performance entries: ${performance.getEntriesByType('measure').length}, NODE_ENV: ${process.env.NODE_ENV}\n`,
);
