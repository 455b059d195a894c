/** The text encoder that data.text_encoder asks for, and what to tell when it cannot be had. */
import { basename, resolve } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { systemClock } from '../../host/clock.ts';
import { ensureHubModel } from './hub-model.ts';
import { ensureMinilm, MINILM_NAME } from './minilm-model.ts';
import { readModelFolder } from './model-folder.ts';
import { openOnnxEncoder, type ServiceTextEncoder } from './onnx-encoder.ts';
import { loadRuntimePackages } from './runtime-packages.ts';
import type { TextEncoderPlace } from './text-encoder-request.ts';

export interface TextEncoderRequest extends Omit<TextEncoderPlace, 'clock'> {
  /** data.text_encoder: auto, minilm, hashed, a local folder, or owner/model. */
  readonly choice: string;
  /** Of one batch's computation. */
  readonly threads: number;
}

export interface ResolvedTextEncoder {
  /** null: the hashed encoder, which needs nothing, is to be used. */
  readonly encoder: ServiceTextEncoder | null;
  /** What the user should know: a fallback, its reason and the remedy. */
  readonly announcements: readonly string[];
}

const isFolder = (choice: string): boolean => /^(\.{1,2}(\/|$)|\/)/.test(choice);

const openMinilm = async (place: TextEncoderPlace, threads: number): Promise<ServiceTextEncoder> => {
  const packages = await loadRuntimePackages(place);
  return openOnnxEncoder(packages, await ensureMinilm(place, packages), { name: MINILM_NAME, threads });
};

const open = async (place: TextEncoderPlace, choice: string, threads: number): Promise<ServiceTextEncoder> => {
  if (choice === 'minilm') {
    return openMinilm(place, threads);
  }
  // The model first: a wrong path or name is told before anything is installed.
  const path = resolve(choice);
  const [model, name] = isFolder(choice)
    ? [await readModelFolder(path), basename(path)]
    : [await ensureHubModel(place, choice), basename(choice)];
  return openOnnxEncoder(await loadRuntimePackages(place), model, { name, threads });
};

const openOrExplain = async (place: TextEncoderPlace, threads: number): Promise<ResolvedTextEncoder> => {
  try {
    return { encoder: await openMinilm(place, threads), announcements: [] };
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'PROVISION_FAILED') {
      throw error;
    }
    const announcement =
      'Texts are embedded by hashed words and letter groups, which carry no meaning: ' +
      `MiniLM is not available (${error.message}). ${error.hint ?? ''}`;
    return { encoder: null, announcements: [announcement.trim()] };
  }
};

/**
 * Installs and fetches what is missing. Throws PROVISION_FAILED where the encoder cannot be had (`auto` falls back to
 * the hashed one instead, and says so), CONFIG_INVALID for no possible choice, INTERRUPTED.
 */
export const resolveTextEncoder = async (request: TextEncoderRequest): Promise<ResolvedTextEncoder> => {
  const { choice, threads, ...given } = request;
  const place: TextEncoderPlace = { ...given, clock: systemClock };
  if (choice === 'hashed') {
    return { encoder: null, announcements: [] };
  }
  if (choice === 'auto') {
    return openOrExplain(place, threads);
  }
  if (choice !== 'minilm' && !isFolder(choice) && !choice.includes('/')) {
    throw new TtExpError(
      'CONFIG_INVALID',
      `data.text_encoder: got "${choice}", expected auto, source, minilm, hashed, a folder (./…) or owner/model`,
      { hint: 'A folder begins with ./ or /; a model on the hub has a slash in its name.' },
    );
  }
  return { encoder: await open(place, choice, threads), announcements: [] };
};
