/** What a model's manifest says of its files. */
import { isObject } from '../contracts/is-object.ts';

/** Nothing where the text is no manifest of ours, which whoever loads the model says. */
const parse = (manifest: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(manifest);
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
};

/** Digests by path. */
export const recordedDigests = (manifest: string): Readonly<Record<string, unknown>> => {
  const { files } = parse(manifest);
  return isObject(files) ? files : {};
};

/** sha256 of the encoder that lies beside the model; undefined: of a model saved before it was recorded. */
export const recordedEncoder = (manifest: string): unknown => parse(manifest).encoder_sha256;
