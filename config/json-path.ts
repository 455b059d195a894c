/** Places in a JSON document, and how they are written for people. */

export type JsonPath = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** `training.learning_rate`, `model.hidden_dims[1]`, `sweep.space["model.embedding_dim"]`; the whole is `(root)`. */
export const formatJsonPath = (path: JsonPath): string => {
  const text = path
    .map((segment) => {
      if (typeof segment === 'number') {
        return `[${segment}]`;
      }
      return PLAIN_KEY.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
    })
    .join('');
  return text === '' ? '(root)' : text.replace(/^\./, '');
};

export const startsWith = (path: JsonPath, prefix: JsonPath): boolean =>
  prefix.length <= path.length && prefix.every((segment, index) => String(segment) === String(path[index]));

/** The value at a path; undefined where there is none. */
export const valueAt = (value: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>((at, segment) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, segment)) {
      return undefined;
    }
    return (at as Record<string | number, unknown>)[segment];
  }, value);

/** From a JSON pointer, as ajv gives it; array indices become numbers where the value is an array. */
export const parseJsonPointer = (pointer: string, root: unknown): JsonPath => {
  const path: (string | number)[] = [];
  for (const raw of pointer.split('/').slice(1)) {
    const segment = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAt(root, path)) ? Number(segment) : segment);
  }
  return path;
};
