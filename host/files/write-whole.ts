import { fstatSync, writeFileSync } from 'node:fs';

/**
 * Node takes a write to stdout as done even where a nearly full disk took only a part of it, and so cuts a file short
 * without a word. This makes such a stream write on until all is written, or fail.
 */
export const writeWhole = <Stream extends NodeJS.WriteStream & { readonly fd: number }>(stream: Stream): Stream => {
  if (fstatSync(stream.fd).isFile()) {
    stream._write = (chunk: Uint8Array, _encoding, done) => {
      try {
        writeFileSync(stream.fd, chunk);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    };
  }
  return stream;
};
