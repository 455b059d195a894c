/** A file of bare hyperparameters, such as a tuner writes, seen as a config. */
import { isObject } from '../contracts/is-object.ts';
import type { JsonDocument } from './json-document.ts';
import { nameOfFile } from './name-of-file.ts';
import { experimentSchema } from './schema.ts';

/** Bare key to the section of the config that it belongs to. */
const SECTION_OF: Readonly<Record<string, 'model' | 'training'>> = {
  embedding_dim: 'model',
  hidden_dims: 'model',
  dropout_rate: 'model',
  learning_rate: 'training',
  batch_size: 'training',
  num_epochs: 'training',
};

const isBare = (key: string | number | undefined): key is string =>
  typeof key === 'string' && Object.hasOwn(SECTION_OF, key);

/** True for an object with a bare hyperparameter and no key of a full config. */
const isHyperparameterFile = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) &&
  Object.keys(value).some(isBare) &&
  !Object.keys(value).some((key) => Object.hasOwn(experimentSchema.properties ?? {}, key));

/** A full config stays as it is. Places still point into the file. */
export const asConfigDocument = (document: JsonDocument): JsonDocument => {
  const { value } = document;
  if (!isHyperparameterFile(value)) {
    return document;
  }
  const entries = Object.entries(value);
  const section = (wanted: 'model' | 'training') =>
    Object.fromEntries(entries.filter(([key]) => isBare(key) && SECTION_OF[key] === wanted));
  return {
    ...document,
    value: {
      name: nameOfFile(document.file, 'hyperparameters'),
      ...Object.fromEntries(entries.filter(([key]) => !isBare(key))),
      model: section('model'),
      training: section('training'),
    },
    position: (path, part) => {
      const [first, second, ...rest] = path;
      const isMoved = isBare(second) && SECTION_OF[second] === first;
      return document.position(isMoved ? [second, ...rest] : path, part);
    },
  };
};
