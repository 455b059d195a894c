// The gate: what its statistics cost, how often it is wrong, and what it finds. Minutes.
// Usage: npm run bench:gate [-- --write]     --write: into docs/gate.md
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { measureRates } from './gate-rates.ts';
import { timeStatistics } from './gate-timings.ts';

const PAGE = fileURLToPath(new URL('../docs/gate.md', import.meta.url));
const BEGIN = '<!-- figures: npm run bench:gate -- --write -->';
const END = '<!-- end of figures -->';

const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`;
const figures = [`Machine: ${machine}.`, '', ...timeStatistics(), '', ...(await measureRates())].join('\n');
console.log(figures);
if (process.argv.includes('--write')) {
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) {
    throw new Error(`${PAGE}: got no place for figures, expected ${BEGIN} … ${END}`);
  }
  await writeFile(PAGE, `${page.slice(0, before + BEGIN.length)}\n${figures}\n${page.slice(after)}`);
}
