// Writes models/kernels/<kernel>-wasm.ts from models/kernels/assembly/<kernel>.ts. `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { compileString } from 'assemblyscript/asc';

const KERNELS = {
  'embedding-rows': 'EMBEDDING_ROWS_WASM',
  'rank-row': 'RANK_ROW_WASM',
  'screen-rows': 'SCREEN_ROWS_WASM',
};

for (const [kernel, constant] of Object.entries(KERNELS)) {
  const target = `models/kernels/${kernel}-wasm.ts`;
  const targetUrl = new URL(`../${target}`, import.meta.url);
  const source = await readFile(new URL(`../models/kernels/assembly/${kernel}.ts`, import.meta.url), 'utf8');
  const { error, binary, stderr } = await compileString(source, {
    enable: ['simd'],
    optimizeLevel: 3,
    noAssert: true,
    runtime: 'stub',
    importMemory: true,
    noExportMemory: true,
  });
  if (error !== null || binary === null) {
    throw new Error(`models/kernels/assembly/${kernel}.ts: ${error?.message ?? 'no output'}\n${stderr.toString()}`);
  }
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  const generated = [
    `/** Generated from models/kernels/assembly/${kernel}.ts by \`npm run generate\`. Do not edit. */`,
    `export const ${constant} =`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
  if (!process.argv.includes('--check')) {
    await writeFile(targetUrl, generated);
  } else if ((await readFile(targetUrl, 'utf8')) !== generated) {
    process.stderr.write(`${target} is stale: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}
