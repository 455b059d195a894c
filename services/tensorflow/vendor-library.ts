/** The vendor's own install script: an older library and a prebuilt binding, where the wheel or a compiler can't be had. */
import { reportStep, runBuildStep } from './build-step.ts';
import type { BuildContext } from './native-build-types.ts';

/** Its host is often out of reach, and then nothing answers; what works needs a tenth of this. */
const TIMEOUT_MS = 180_000;

/**
 * The one part that comes without recorded hashes: the vendor publishes none, so it rests on TLS alone, and the trial
 * run that follows. Throws PROVISION_FAILED, INTERRUPTED.
 */
export const installVendorLibrary = async (context: BuildContext): Promise<void> => {
  reportStep(context, 'download', "the vendor's prebuilt library", 30);
  await runBuildStep(context, {
    what: "the vendor's install script",
    command: 'npm',
    args: ['rebuild', '--foreground-scripts', '--loglevel=error', '@tensorflow/tfjs-node'],
    timeoutMs: TIMEOUT_MS,
    hint: 'With a C++ compiler and Python 3.10 or later, this download is not needed: install both.',
  });
};
