/** Paths of a config as the workers must see them: they run in another folder. */
import { resolve } from 'node:path';
import { isObject } from '../contracts/is-object.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';

const absolute = (value: unknown, folder: string): unknown => {
  if (Array.isArray(value)) {
    return value.map((item) => (typeof item === 'string' ? resolve(folder, item) : item));
  }
  return typeof value === 'string' ? resolve(folder, value) : value;
};

/** Every `path` in the source; a feature may be called `path`, but is no text. */
const inSource = (value: unknown, folder: string): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          key === 'path' && !isObject(item) ? absolute(item, folder) : inSource(item, folder),
        ]),
      )
    : value;

const isFolder = (choice: string): boolean => /^(\.{1,2}(\/|$)|\/)/.test(choice);

/** Paths of files, of an SQLite database and of a text encoder, made absolute; all else as it is. */
export const withAbsolutePaths = (config: ResolvedConfig, folder: string): ResolvedConfig => {
  const { source, text_encoder: encoder } = config.data;
  return {
    ...config,
    data: {
      ...config.data,
      source: inSource(source, folder) as ResolvedConfig['data']['source'],
      text_encoder: isFolder(encoder) ? resolve(folder, encoder) : encoder,
    },
  };
};
