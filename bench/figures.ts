/** Where a page of the documentation has the figures of a script. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

export const MACHINE = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`;

const END = '<!-- end of figures -->';

/** Prints the figures; with --write on the command line, puts them into docs/<page> too, in place of the last ones. */
export const publishFigures = async (page: string, command: string, lines: readonly string[]): Promise<void> => {
  const figures = [`Machine: ${MACHINE}.`, '', ...lines].join('\n');
  console.log(figures);
  if (!process.argv.includes('--write')) {
    return;
  }
  const path = fileURLToPath(new URL(`../docs/${page}`, import.meta.url));
  const begin = `<!-- figures: ${command} -->`;
  const text = await readFile(path, 'utf8');
  const [before, after] = [text.indexOf(begin), text.indexOf(END)];
  if (before < 0 || after < before) {
    throw new Error(`${path}: got no place for figures, expected ${begin} … ${END}`);
  }
  await writeFile(path, `${text.slice(0, before + begin.length)}\n${figures}\n${text.slice(after)}`);
};
