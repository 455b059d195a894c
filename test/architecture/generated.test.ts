import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './room-files.ts';

test.each([
  ['contracts/experiment-config.ts', 'scripts/generate-config-types.mjs'],
  ['docs/reference.md', 'scripts/generate-reference.mjs'],
  ['models/kernels/*-wasm.ts', 'scripts/generate-kernels.mjs'],
])('%s: is what %s makes of its source', (_target, script) => {
  const { status, stderr } = spawnSync(process.execPath, [join(REPOSITORY, script), '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
