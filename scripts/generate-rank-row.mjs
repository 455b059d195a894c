// Writes models/rank-row-wasm.ts from assembly/rank-row.ts. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { compileString } from 'assemblyscript/asc';

const targetUrl = new URL('../models/rank-row-wasm.ts', import.meta.url);
const source = await readFile(new URL('../assembly/rank-row.ts', import.meta.url), 'utf8');
const { error, binary, stderr } = await compileString(source, {
  enable: ['simd'],
  optimizeLevel: 3,
  noAssert: true,
  runtime: 'stub',
  importMemory: true,
  noExportMemory: true,
});
if (error !== null || binary === null) {
  throw new Error(`assembly/rank-row.ts: ${error?.message ?? 'no output'}\n${stderr.toString()}`);
}
const lines =
  Buffer.from(binary)
    .toString('base64')
    .match(/.{1,100}/g) ?? [];
const generated = [
  '/** Generated from assembly/rank-row.ts by `npm run generate`. Do not edit. */',
  'export const RANK_ROW_WASM =',
  `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
  '',
].join('\n');
if (!process.argv.includes('--check')) {
  await writeFile(targetUrl, generated);
} else if ((await readFile(targetUrl, 'utf8')) !== generated) {
  process.stderr.write('models/rank-row-wasm.ts is stale: run `npm run generate`\n');
  process.exitCode = 1;
}
