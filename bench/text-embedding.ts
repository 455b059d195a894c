// Texts per second through MiniLM, beside Python's ONNX Runtime and tokenizers with the same model, threads and texts.
// Usage: npm run bench:embed [-- texts], 1000 unless told
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../config/env.ts';
import { systemClock } from '../host/clock.ts';
import { ensureMinilm } from '../services/text-encoder/minilm-model.ts';
import { openOnnxEncoder } from '../services/text-encoder/onnx-encoder.ts';
import { loadRuntimePackages } from '../services/text-encoder/runtime-packages.ts';
import { BATCH } from '../services/text-encoder/token-batches.ts';
import { anchorPython } from './anchor-python.ts';

const TEXTS = Number(process.argv[2] ?? 1000);
const ROUNDS = 5;
const THREADS = 2;
/** Between ours and the anchor's, in any place of any vector. */
const LARGEST_DIFFERENCE = 1e-5;

const WORDS =
  'senior backend engineer from Western Europe with years of work at home in PostgreSQL and Kafka drawn to climate finance health ' +
  'looks for employment at the seed stage shipping fast remote work mission customers marketplace logistics wearable compiler';

/** 30 to 60 tokens each, no two alike. */
const makeTexts = (): readonly string[] => {
  const words = WORDS.split(' ');
  return Array.from({ length: TEXTS }, (_, text) => {
    const length = 27 + ((text * 7) % 29);
    const chosen = Array.from({ length }, (_, place) => words[(text * 31 + place * (1 + (text % 11))) % words.length]);
    return `${text} ${chosen.join(' ')}.`;
  });
};

const describe = (seconds: readonly number[]): string => {
  const sorted = [...seconds].sort((a, b) => a - b);
  const rate = (value = Number.NaN): string => (TEXTS / value).toFixed(1);
  return `best ${rate(sorted[0])}, median ${rate(sorted[Math.floor(sorted.length / 2)])} texts/s`;
};

const { cacheFolder, variables } = readEnvironment();
const place = {
  cacheFolder,
  provisionFolder: fileURLToPath(new URL('../services/text-encoder/provision', import.meta.url)),
  environment: variables,
  progress: () => undefined,
  clock: systemClock,
};
const packages = await loadRuntimePackages(place);
const model = await ensureMinilm(place, packages);
const python = await anchorPython('onnx');
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
const encoder = await openOnnxEncoder(packages, model, { name: 'minilm', threads: THREADS });
try {
  const texts = makeTexts();
  const [textsFile, vectorsFile] = [join(folder, 'texts.json'), join(folder, 'vectors.f32')];
  await writeFile(textsFile, JSON.stringify(texts));
  const script = fileURLToPath(new URL('./encode-texts.py', import.meta.url));
  const anchor = (): { readonly seconds: number; readonly tokens: number } => {
    const tokenizer = join(model.folder, 'tokenizer.json');
    const args = [script, model.file, tokenizer, textsFile, vectorsFile, String(THREADS), String(BATCH)];
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(stderr.slice(-2000));
    }
    return JSON.parse(stdout) as { seconds: number; tokens: number };
  };
  const ours: number[] = [];
  const anchors: number[] = [];
  let tokens = 0;
  await encoder.encode(texts.slice(0, BATCH));
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    const vectors = await encoder.encode(texts);
    ours.push((performance.now() - startMs) / 1000);
    const result = anchor();
    anchors.push(result.seconds);
    tokens = result.tokens;
    const bytes = await readFile(vectorsFile);
    const theirs = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const difference = vectors.reduce((most, value, at) => Math.max(most, Math.abs(value - (theirs[at] ?? 9))), 0);
    if (theirs.length !== vectors.length || !(difference <= LARGEST_DIFFERENCE)) {
      throw new Error(`got vectors that differ by ${difference} from the anchor's, expected ${LARGEST_DIFFERENCE}`);
    }
  }
  console.log(`ours:   ${describe(ours)}`);
  console.log(`anchor: ${describe(anchors)} (Python's ONNX Runtime and tokenizers)`);
  console.log(`${TEXTS} texts of ${(tokens / TEXTS).toFixed(0)} tokens, ${THREADS} threads, batches of ${BATCH}`);
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
} finally {
  await encoder.close();
  await rm(folder, { recursive: true, force: true });
}
