// Builds dist/ where it is stale: compiled rooms, the files that they read at run time, and the workflow bundle.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Read at run time, relative to the compiled module that reads them. */
const assets = [
  'pipeline/sql',
  'services/provision',
  'services/tensorflow/provision',
  'services/text-encoder/provision',
  'services/duckdb-extensions/provision',
  'config/experiment.schema.json',
];

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

/** `npx tt-exp` in the checkout finds the command here at once, instead of installing the checkout into npm's cache. */
const linkCommand = async () => {
  const folder = join(root, 'node_modules', '.bin');
  const link = join(folder, 'tt-exp');
  if (process.platform !== 'win32') {
    await mkdir(folder, { recursive: true });
    await rm(link, { force: true });
    await symlink(join('..', '..', 'dist', 'bin', 'tt-exp.js'), link);
  }
};

/** Digest of everything that the build reads, so that an unchanged checkout is not built again under running workers. */
const digestInputs = async () => {
  const hash = createHash('sha256').update(process.version);
  const { include } = JSON.parse(await readFile(join(root, 'tsconfig.build.json'), 'utf8'));
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
  // A room without files yet does not exist in a fresh clone.
  for (const room of include.filter((name) => existsSync(join(root, name)))) {
    for (const entry of await readdir(join(root, room), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        files.push(relative(root, join(entry.parentPath, entry.name)));
      }
    }
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
};

const stampFile = join(dist, 'build-digest');
const digest = await digestInputs();
const stamp = await readFile(stampFile, 'utf8').catch(() => null);
if (stamp !== digest) {
  await rm(dist, { recursive: true, force: true });
  compile();
  await copyAssets();
  await bundleWorkflows();
  await chmod(join(dist, 'bin', 'tt-exp.js'), 0o755);
  await writeFile(stampFile, digest);
}
await linkCommand();
