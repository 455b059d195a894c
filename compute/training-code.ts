/**
 * Digest of what decides a trained parameter or a validation metric: a change of it makes cached trials unusable. Those
 * are the modules that the training loop imports, and the environment's numeric settings; baselines, reports and
 * tripwires look at what came out, and may change.
 */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashCode } from '../host/code/hash-code.ts';

const ROOT = new URL('../', import.meta.url);
const ENTRY = new URL(`models/training/train.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, ROOT);

/** Words alone (errors, names of files and tags), and how a file is written whole. */
const WITHOUT_INFLUENCE = /^(contracts\/(errors|names|redact|join-below)|host\/files\/[a-z-]+)\.[jt]s$/;

/** Of a module's own files. Imports of types alone are gone once the code runs. */
const IMPORT = /^\s*(?:import|export)\s(?!type\b)[^;'"]*?(?:from\s*)?['"](\.{1,2}\/[^'"]+)['"]/gm;

const nameOf = (module: URL): string => relative(fileURLToPath(ROOT), fileURLToPath(module)).replaceAll('\\', '/');

/** Texts of the modules by their names relative to the package, in the form in which they run. */
export type TrainingModules = ReadonlyMap<string, string>;

/** @param read gives the text of a module */
export const readTrainingModules = async (
  read: (module: URL) => Promise<string> = (module) => readFile(module, 'utf8'),
): Promise<TrainingModules> => {
  const texts = new Map<string, string>();
  const waiting = [ENTRY];
  for (let module = waiting.pop(); module !== undefined; module = waiting.pop()) {
    const name = nameOf(module);
    if (!texts.has(name) && !WITHOUT_INFLUENCE.test(name)) {
      const text = await read(module);
      texts.set(name, text);
      for (const [, path = ''] of text.matchAll(IMPORT)) {
        waiting.push(new URL(path, module));
      }
    }
  }
  return texts;
};

/**
 * sha256, hex.
 * @param env variables that the plan gives to a training process
 */
export const digestTrainingCode = (
  modules: TrainingModules,
  env: Readonly<Record<string, string | undefined>>,
): string => {
  const sorted = [...modules].sort(([one], [other]) => (one < other ? -1 : 1));
  // Off by default: the sums of oneDNN differ in their last bits.
  return hashCode(sorted)
    .update(`TF_ENABLE_ONEDNN_OPTS=${env.TF_ENABLE_ONEDNN_OPTS ?? '0'}`)
    .digest('hex');
};
