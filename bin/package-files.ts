/** Where files of this package lie: the sources run from the checkout, the build from dist/, with the same layout. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** `.ts` when run from the sources, `.js` in the build. */
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Of a file of the package that the build does not copy: the build lies one folder further down. */
const packagePath = (name: string): string => path(extension === 'ts' ? `../${name}` : `../../${name}`);

export const PACKAGE = {
  requirementsFolder: path('../services/provision'),
  tensorflowFolder: path('../services/tensorflow/provision'),
  textEncoderFolder: path('../services/text-encoder/provision'),
  duckdbExtensionsFolder: path('../services/duckdb-extensions/provision'),
  schemaFile: packagePath('config/experiment.schema.json'),
  cliScript: path(`./tt-exp.${extension}`),
  supervisorScript: path(`./supervisor.${extension}`),
  workerScript: path(`./worker.${extension}`),
  computeScript: path(`./compute-child.${extension}`),
  encodingScript: path(`./encoding-child.${extension}`),
} as const;

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version;
