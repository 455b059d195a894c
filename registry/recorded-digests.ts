/** What a model's manifest says of its files. */
import { isObject } from '../host/files/json-file.ts';

/** Digests by path; none where the text is no manifest of ours, which whoever loads the model says. */
export const recordedDigests = (manifest: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(manifest);
    return isObject(value) && isObject(value.files) ? value.files : {};
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
};
