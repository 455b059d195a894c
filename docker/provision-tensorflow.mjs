// Builds the image's TensorFlow ahead of the first worker: `node provision-tensorflow.mjs <dist folder>`. TT_TF_BACKEND
// and TT_EXP_CACHE say which one and where; a backend that cannot be had is an error, and the image is not built.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = resolve(process.argv[2] ?? 'dist');
const load = (module) => import(pathToFileURL(`${dist}/${module}`).href);
const { planTensorflow } = await load('bin/plan-tensorflow.js');
const { readEnvironment } = await load('config/env.js');

try {
  const { backend, library } = await planTensorflow(readEnvironment(), ({ part, step, message }) =>
    process.stderr.write(`${part}: ${step}: ${message}\n`),
  );
  process.stdout.write(`${backend}: ${library}\n`);
} catch (error) {
  process.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`);
  process.exitCode = error.exitCode ?? 1;
}
