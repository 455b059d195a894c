/** Programs on a PATH of their own that stand for npm, Python, the compiler and the driver, and note each call. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variables } from '../../../../host/processes/variables.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const PROVISION = fileURLToPath(new URL('../../../../services/tensorflow/provision', import.meta.url));

const BINDING = `
const product = { dataSync: () => [19, 22, 43, 50] };
exports.tensor2d = () => product;
exports.matMul = () => product;
exports.getBackend = () => 'tensorflow';
exports.backend = () => ({ binding: { TF_Version: '2.21.0' }, isUsingGpuDevice: process.env.FAKE_DEVICE === 'gpu' });
`;

const PROGRAMS = {
  npm: `
echo "npm $1" >> "$FAKE_LOG"
if [ "$1" = rebuild ]; then echo "Error: the vendor is out of reach"; exit 1; fi
if [ -n "$FAKE_NPM_SLEEP" ]; then sleep "$FAKE_NPM_SLEEP"; fi
if [ "$FAKE_NPM" = fail ]; then echo "npm error network getaddrinfo ENOTFOUND registry"; exit 1; fi
mkdir -p node_modules/@tensorflow/tfjs-node
cat > node_modules/@tensorflow/tfjs-node/index.js <<'EOF'
${BINDING}
EOF
`,
  python3: `
case "$1 $2 $3" in
  "-c import sys, venv"*) echo 3.11.7; echo "$0" ;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  "-m pip download")
    echo "pip download" >> "$FAKE_LOG"
    case "$*" in *requirements-tensorflow-gpu.txt) variant=gpu ;; *) variant=cpu ;; esac
    while [ "$1" != -d ]; do shift; done
    mkdir -p "$2"; touch "$2/$variant" ;;
  *)
    mkdir -p "$4/tensorflow/include"
    touch "$4/tensorflow/libtensorflow_cc.so.2" "$4/tensorflow/libtensorflow_framework.so.2"
    if [ -f "$3/gpu" ]; then mkdir -p "$4/nvidia/cublas/lib" "$4/nvidia/cudnn/lib"; fi ;;
esac
`,
  'g++': `
if [ "$1" = --version ]; then [ "$FAKE_COMPILER" != missing ]; exit; fi
echo "g++" >> "$FAKE_LOG"
if [ "$FAKE_COMPILER" = broken ]; then echo "fatal error: no such header"; exit 1; fi
`,
  'nvidia-smi': `
if [ -z "$FAKE_GPUS" ]; then echo "NVIDIA-SMI has failed"; exit 9; fi
printf "$FAKE_GPUS"
`,
} as const;

export interface FakeToolchain {
  readonly cacheFolder: string;
  readonly provisionFolder: string;
  /** With the fakes first on PATH; `FAKE_…` variables in it steer them. */
  environment(changes?: Variables): Variables;
  /** One line a call that does work, in order. */
  calls(): Promise<readonly string[]>;
}

export const TWO_GPUS = 'GPU 0: NVIDIA One (UUID: GPU-a)\\nGPU 1: NVIDIA Two (UUID: GPU-b)\\n';

export const createFakeToolchain = async (): Promise<FakeToolchain> => {
  const folder = await temporaryFolder('tt-exp-tensorflow-');
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  await mkdir(bin);
  await writeFile(log, '');
  for (const [name, text] of Object.entries(PROGRAMS)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}`);
    await chmod(join(bin, name), 0o755);
  }
  return {
    cacheFolder: join(folder, 'cache'),
    provisionFolder: PROVISION,
    environment: (changes = {}) => ({ PATH: `${bin}:/usr/bin:/bin`, FAKE_LOG: log, ...changes }),
    calls: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
  };
};
