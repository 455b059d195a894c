/** Real encoders for tests: the machine's own cache folder, or a new one that borrows parts of it. */

import { mkdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../../config/env.ts';
import type { ServiceProgress } from '../../../contracts/services.ts';
import { systemClock } from '../../../host/clock.ts';
import type { TextEncoderRequest } from '../../../services/text-encoder/index.ts';
import { ensureMinilm } from '../../../services/text-encoder/minilm-model.ts';
import type { ModelFolder } from '../../../services/text-encoder/model-folder.ts';
import { loadRuntimePackages, type RuntimePackages } from '../../../services/text-encoder/runtime-packages.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { cacheFolder, variables } = readEnvironment();

export const request = (
  choice: string,
  given: Partial<TextEncoderRequest> = {},
): TextEncoderRequest & { readonly events: readonly ServiceProgress[] } => {
  const events: ServiceProgress[] = [];
  return {
    choice,
    cacheFolder,
    provisionFolder: fileURLToPath(new URL('../../../services/text-encoder/provision', import.meta.url)),
    environment: variables,
    threads: 1,
    progress: (event) => events.push(event),
    ...given,
    events,
  };
};

export interface Shared {
  readonly packages: RuntimePackages;
  readonly minilm: ModelFolder;
}

/** Installs and builds them in the machine's cache folder where they are missing. */
export const shared = async (): Promise<Shared> => {
  const place = { ...request('minilm'), clock: systemClock };
  const packages = await loadRuntimePackages(place);
  return { packages, minilm: await ensureMinilm(place, packages) };
};

/** A cache folder that has ONNX Runtime, but no model. */
export const newCache = async (parts: Shared): Promise<string> => {
  const folder = await temporaryFolder('tt-exp text ');
  await mkdir(join(folder, 'text-encoder'));
  const { folder: installed } = parts.packages;
  await symlink(installed, join(folder, 'text-encoder', basename(installed)));
  return folder;
};
