/** A file of bare hyperparameters as a config: what `tt-exp train --config` takes beside full configs. */
import { basename } from 'node:path';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { createConfigSource } from './config-source.ts';
import type { JsonDocument } from './json-document.ts';
import { checkConfig, readJsonDocument } from './load.ts';
import { parseOverride } from './overrides.ts';

/** Bare key to the section of the config that it belongs to. */
const SECTION_OF: Readonly<Record<string, 'model' | 'training'>> = {
  embedding_dim: 'model',
  hidden_dims: 'model',
  dropout_rate: 'model',
  learning_rate: 'training',
  batch_size: 'training',
  num_epochs: 'training',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for an object with at least one bare hyperparameter and no name, which every full config has. */
export const isHyperparameterFile = (value: unknown): boolean =>
  isObject(value) && !Object.hasOwn(value, 'name') && Object.keys(value).some((key) => Object.hasOwn(SECTION_OF, key));

const nameOf = (file: string): string => {
  const stem = basename(file).replace(/\.json$/, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name === '' ? 'hyperparameters' : name.slice(0, 64);
};

/** The same document, seen as a config; places still point into the file as it is. */
export const asConfigDocument = (document: JsonDocument): JsonDocument => {
  if (!isHyperparameterFile(document.value) || !isObject(document.value)) {
    return document;
  }
  const entries = Object.entries(document.value);
  const section = (wanted: 'model' | 'training') =>
    Object.fromEntries(entries.filter(([key]) => Object.hasOwn(SECTION_OF, key) && SECTION_OF[key] === wanted));
  const others = entries.filter(([key]) => !Object.hasOwn(SECTION_OF, key));
  return {
    ...document,
    value: {
      name: nameOf(document.file),
      ...Object.fromEntries(others),
      model: section('model'),
      training: section('training'),
    },
    position: (path, part) => {
      const [first, second, ...rest] = path;
      const isMoved = typeof second === 'string' && Object.hasOwn(SECTION_OF, second) && SECTION_OF[second] === first;
      return document.position(isMoved ? [second, ...rest] : path, part);
    },
  };
};

/** As `loadConfig`, for a full config or a file of bare hyperparameters. */
export const loadTrainingConfig = async (file: string, overrides: readonly string[] = []): Promise<ResolvedConfig> => {
  const parsed = overrides.map(parseOverride);
  return checkConfig(createConfigSource(asConfigDocument(await readJsonDocument(file)), parsed));
};
