/** tfjs-node from npm, without its install script: that one fetches a library of 2022 from a host of its own. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { reportStep, runBuildStep } from './build-step.ts';
import type { BuildContext } from './native-build-types.ts';

const TIMEOUT_MS = 300_000;

/** The installed package's folder. */
export const bindingFolder = (folder: string): string => join(folder, 'node_modules', '@tensorflow', 'tfjs-node');

/** Installs exactly what the lock file names; npm checks each package against its recorded hash. */
export const installBindingPackage = async (context: BuildContext): Promise<void> => {
  reportStep(context, 'download', 'npm package tfjs-node', 5);
  for (const file of ['package.json', 'package-lock.json']) {
    await cp(join(context.provisionFolder, file), join(context.folder, file));
  }
  await runBuildStep(context, {
    what: 'npm ci',
    command: 'npm',
    args: ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    timeoutMs: TIMEOUT_MS,
    hint: 'Check that npm is on PATH and which package registry it uses.',
  });
};
