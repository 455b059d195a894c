/** manifest.json of a bundle, checked: what it says of itself, and that its folder is named after it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BUNDLE_FORMAT, type BundleManifest } from '../../contracts/bundle.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { staysBelow } from '../../contracts/join-below.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { notLoading } from '../not-loading.ts';
import { corruptBundle } from './read-verified.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const COUNTS = ['users', 'items', 'interactions', 'embedding_dim'] as const;
const KEYS = ['model', 'nouns', 'search', 'content', 'encoder'] as const;

/** Whose folder it is nobody knows: removing it is no remedy. */
const noBundle = (what: string, cause?: unknown): TtExpError =>
  notLoading(what, 'Name the folder of a bundle, `<home>/bundles/<digest>`.', cause);

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw noBundle(
      isFileError(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG') ? `${file} is missing` : `${file} cannot be read`,
      error,
    );
  }
};

const isFiles = (value: unknown): value is BundleManifest['files'] =>
  isObject(value) &&
  Object.entries(value).every(
    ([path, file]) =>
      staysBelow(path) && isObject(file) && typeof file.sha256 === 'string' && Number.isInteger(file.bytes),
  );

const isLabels = (value: unknown): value is BundleManifest['labels'] =>
  isObject(value) &&
  Object.values(value).every((rule) => isObject(rule) && Number.isFinite(rule.weight) && Number.isFinite(rule.label));

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

const isManifest = (value: Record<string, unknown>): value is Record<string, unknown> & BundleManifest =>
  isFiles(value.files) &&
  COUNTS.every((key) => isCount(value[key])) &&
  KEYS.every((key) => isObject(value[key])) &&
  isLabels(value.labels) &&
  [value.dataset_version, value.use_case].every((text) => typeof text === 'string');

/** Throws MODEL_NOT_LOADING for what is no whole bundle, MODEL_INCOMPATIBLE for one of another format. */
export const readBundleManifest = async (
  folder: string,
): Promise<{ readonly digest: string; readonly manifest: BundleManifest }> => {
  const file = join(folder, MANIFEST_FILE);
  const text = await textOf(file);
  const digest = createHash('sha256').update(text).digest('hex');
  const name = basename(folder);
  if (DIGEST.test(name) && name !== digest) {
    throw corruptBundle(
      `${file} has sha256 ${digest.slice(0, 16)}…, expected ${name.slice(0, 16)}…, after which its folder is named`,
    );
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw noBundle(`${file} is not JSON`, error);
  }
  if (!isObject(manifest)) {
    throw noBundle(`${file} is not a JSON object`);
  }
  if (manifest.format === undefined) {
    throw noBundle(`${file} is not the manifest of a bundle`);
  }
  if (manifest.format !== BUNDLE_FORMAT) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `${file}: got bundle format ${JSON.stringify(manifest.format)}, expected ${BUNDLE_FORMAT}`,
      { hint: 'Build the bundle again with this version of tt-exp, or serve it with the version that built it.' },
    );
  }
  if (!isManifest(manifest)) {
    throw corruptBundle(`${file} is not the manifest of a bundle`);
  }
  return { digest, manifest };
};
