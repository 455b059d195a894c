import { Transform } from 'node:stream';

const LINE_FEED = 0x0a;

/** Lets bytes through and counts the line ends among them. */
export const countLines = (): Transform & { readonly count: number } => {
  let count = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
        count += 1;
      }
      done(null, chunk);
    },
  });
  return Object.defineProperty(stream, 'count', { get: () => count }) as Transform & { readonly count: number };
};
