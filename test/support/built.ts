/** Scripts of the build: each of their processes starts in half the time of one that compiles its sources first. */
import { fileURLToPath } from 'node:url';

/** @param name of a file in `bin/`, without its ending; `npm run build` makes it of today's sources */
export const builtScript = (name: string): string =>
  fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url));
