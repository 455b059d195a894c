/**
 * Connection settings of a database source on their way from the command line to the local workers, which may have been
 * started long before from another shell. They lie in the home folder, readable by its owner only, and go nowhere else:
 * not into Temporal, MLflow, logs or digests.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedSource } from '../contracts/resolved-config.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const fileOf = (homeFolder: string): string => join(homeFolder, 'source-variables.json');

/** Writes what the source needs of `variables`; a source without a connection writes nothing. */
export const saveSourceVariables = async (
  homeFolder: string,
  source: ResolvedSource,
  variables: Variables,
): Promise<void> => {
  if (source.type !== 'postgres') {
    return;
  }
  const own = Object.entries(variables).filter(([name]) => name === source.url_env || /^PG[A-Z]+$/.test(name));
  const file = fileOf(homeFolder);
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(homeFolder, { recursive: true });
  await writeFile(temporary, `${JSON.stringify(Object.fromEntries(own), null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
};

/** What was saved last; empty where nothing was. */
export const readSourceVariables = async (homeFolder: string): Promise<Variables> => {
  const text = await readFile(fileOf(homeFolder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '{}';
    }
    throw error;
  });
  return JSON.parse(text) as Variables;
};
