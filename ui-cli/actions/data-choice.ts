/** What `--data` names: a dataset version of the home, or a file of interactions. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Override } from '../../config/overrides.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { CliRuntime } from '../runtime.ts';

export type GivenData =
  | { readonly kind: 'version'; readonly version: string }
  | {
      readonly kind: 'file';
      /** The file as a source, and what goes with it. */
      readonly overrides: readonly Override[];
      readonly notes: readonly string[];
    };

const VERSION = /^ds-[0-9a-f]{1,16}$/;

const kindOf = async (path: string): Promise<'file' | 'folder' | 'nothing'> =>
  stat(path).then(
    (details) => (details.isDirectory() ? 'folder' : 'file'),
    () => 'nothing',
  );

/** Throws SOURCE_NOT_FOUND for what is neither, and DATA_INVALID for a file without the needed columns. */
export const readDataChoice = async (runtime: CliRuntime, given: string): Promise<GivenData> => {
  const file = resolve(given);
  const kind = await kindOf(file);
  if (kind !== 'file' && VERSION.test(given)) {
    return { kind: 'version', version: given };
  }
  if (kind !== 'file') {
    throw new TtExpError(
      'SOURCE_NOT_FOUND',
      `--data: got ${JSON.stringify(given)}, which is ${kind === 'folder' ? 'a folder' : 'no file'}, expected a file of interactions or a dataset version (ds-…)`,
      { hint: 'Name a CSV or Parquet file, or a version that `tt-exp data versions` lists.' },
    );
  }
  const { source, ignoredTypes, notes } = await runtime.guessInteractions(file);
  const from = `--data ${given}`;
  return {
    kind: 'file',
    notes,
    overrides: [
      { source: from, path: ['data', 'source'], value: source },
      ...(ignoredTypes.length === 0
        ? []
        : [{ source: from, path: ['data', 'ignored_types'], value: [...ignoredTypes] }]),
    ],
  };
};
