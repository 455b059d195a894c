/** Entry of the encoding process of a server. */
import { serveEncoding } from '../compute/encoding/serve-encoding.ts';
import { readEnvironment } from '../config/env.ts';
import { TtExpError } from '../contracts/errors.ts';
import { printable } from '../contracts/printable.ts';
import { createHashedEncoder } from '../pipeline/index.ts';
import { activateTensorflow } from '../services/tensorflow/activate-tensorflow.ts';
import { keepEncoders, MINILM_NAME } from '../services/text-encoder/index.ts';
import { PACKAGE } from './package-files.ts';

const { cacheFolder, variables } = readEnvironment();
const encoders = keepEncoders(
  {
    ...{ cacheFolder, provisionFolder: PACKAGE.textEncoderFolder, environment: variables, threads: 1 },
    progress: () => undefined,
  },
  (level, message) => process.stderr.write(`${printable(`${level}: ${message}`)}\n`),
);

const hashed = createHashedEncoder();

serveEncoding(activateTensorflow, async (id) => {
  if (id === hashed.id) {
    return hashed;
  }
  const minilm = id.startsWith(`${MINILM_NAME}/`) ? await encoders.get('minilm') : null;
  if (minilm === null) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `text encoder: got ${id}, expected ${MINILM_NAME}, hashed words or embeddings of the source`,
      { hint: 'Encode online with models whose data has `data.text_encoder` auto, minilm, hashed or source.' },
    );
  }
  return minilm;
});
