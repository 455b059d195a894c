import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../support/render-many.ts', import.meta.url));
const RENDERS = 2_000;

test('ui-cli/dashboard/program: frames leave nothing behind, whatever NODE_ENV says', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', SCRIPT, String(RENDERS)],
    { env: { ...process.env, NODE_ENV: 'development' } },
  );
  const { renders, heapBytesPerRender, performanceEntries } = JSON.parse(stdout) as Record<string, number>;
  expect(renders).toBeGreaterThanOrEqual(RENDERS);
  expect(performanceEntries).toBe(0);
  // In development React keeps some kilobytes a frame.
  expect(heapBytesPerRender).toBeLessThan(300);
});
