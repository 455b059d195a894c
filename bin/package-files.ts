/** Where files of this package lie: the sources run from the checkout, the build from dist/, with the same layout. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** `.ts` when run from the sources, `.js` in the build. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export const PACKAGE = {
  requirementsFolder: path('../services/provision'),
  tensorflowFolder: path('../services/tensorflow/provision'),
  textEncoderFolder: path('../services/text-encoder/provision'),
  duckdbExtensionsFolder: path('../services/duckdb-extensions/provision'),
  supervisorScript: path(`./supervisor.${extension}`),
  workerScript: path(`./worker.${extension}`),
  computeScript: path(`./compute-child.${extension}`),
} as const;

/** Version in package.json, which lies one folder further up from the build. */
export const packageVersion = (): string => {
  const file = path(extension === 'ts' ? '../package.json' : '../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};
