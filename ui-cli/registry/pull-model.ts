/** `tt-exp models pull`: a verified copy of a version. */
import { resolve } from 'node:path';
import { EXIT } from '../../contracts/errors.ts';
import { withProgress } from '../display/progress.ts';
import { printJson, printLines } from '../text/output.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface PullOptions {
  readonly to: string;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

export const pullModel = (
  runtime: RegistryRuntime,
  reference: string,
  { to, isForced, isJson }: PullOptions,
): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const keeps = [process.cwd(), runtime.environment().homeFolder];
    const pulled = await withProgress(runtime, { name: 'pull' }, ({ begin, count }) => {
      begin(`looking for ${reference}`);
      return catalogue.pull({ reference, folder: resolve(to), isForced, keeps, count });
    });
    const { name, version, runId, folder, isEncoderVerified } = pulled;
    const but = isEncoderVerified ? '' : " but encoder.json: its encoder's digest was not recorded";
    if (isJson) {
      printJson(runtime.io, { name, version, run_id: runId, folder, encoder_verified: isEncoderVerified });
    } else {
      printLines(runtime.io.stdout, [
        `${name}/${version} in ${folder}, every file verified${but}`,
        `evaluate it: tt-exp evaluate --model ${to}`,
      ]);
    }
    return EXIT.done;
  });
