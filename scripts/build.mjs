// Builds dist/: compiled rooms, the files that they read at run time, and the workflow bundle for workers.
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Read at run time, relative to the compiled module that reads them. */
const assets = ['pipeline/sql', 'services/provision', 'services/tensorflow/provision', 'config/experiment.schema.json'];

const compile = () => {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    throw new Error(`tsc ended with status ${status}`);
  }
};

const copyAssets = async () => {
  for (const asset of assets) {
    await mkdir(dirname(join(dist, asset)), { recursive: true });
    await cp(join(root, asset), join(dist, asset), {
      recursive: true,
      filter: (source) => !source.endsWith('.ts') && !source.includes('node_modules'),
    });
  }
};

const bundleWorkflows = async () => {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'workflows', 'index.js'),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(join(dist, 'workflows', 'workflow-bundle.cjs'), code);
};

await rm(dist, { recursive: true, force: true });
compile();
await copyAssets();
await bundleWorkflows();
await chmod(join(dist, 'bin', 'tt-exp.js'), 0o755);
