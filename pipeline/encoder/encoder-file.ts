import { readFile } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import { ENCODER_VERSION, type Encoder, type EncoderBlock, type SideEncoder } from './encoder.ts';

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const isBlock = (value: unknown): value is EncoderBlock => {
  if (!isObject(value) || typeof value.field !== 'string') {
    return false;
  }
  if (value.kind === 'numeric') {
    return (
      (value.transform === 'none' || value.transform === 'log1p') &&
      typeof value.mean === 'number' &&
      typeof value.deviation === 'number' &&
      value.deviation > 0
    );
  }
  return (
    (value.kind === 'categorical' || value.kind === 'multi_categorical') &&
    typeof value.width === 'number' &&
    isTexts(value.vocabulary) &&
    value.vocabulary.length < value.width
  );
};

const widthOf = (block: EncoderBlock): number => (block.kind === 'numeric' ? 1 : block.width);

const isSide = (value: unknown): value is SideEncoder => {
  if (!isObject(value) || typeof value.textDim !== 'number' || !Array.isArray(value.blocks)) {
    return false;
  }
  const { textDim, textEncoder, blocks, ids } = value;
  return (
    (textDim > 0 ? typeof textEncoder === 'string' : textEncoder === null) &&
    (ids === null || isTexts(ids)) &&
    blocks.every(isBlock) &&
    value.dim === blocks.filter(isBlock).reduce((sum, block) => sum + widthOf(block), textDim > 0 ? textDim + 1 : 0)
  );
};

export const encoderText = (encoder: Encoder): string => `${JSON.stringify(encoder, null, 2)}\n`;

/** Reads encoder.json. DATASET_CORRUPT when it is not one, MODEL_INCOMPATIBLE when it is of a version unknown here. */
export const readEncoder = async (file: string): Promise<Encoder> => {
  const refuse = (what: string, cause?: unknown): TtExpError =>
    new TtExpError('DATASET_CORRUPT', `${file} is not an encoder: ${what}`, {
      hint: 'Fetch it again from the run that created it, or remove the local copy.',
      ...(cause === undefined ? {} : { cause }),
    });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw refuse('it cannot be read as JSON', error);
  }
  if (!isObject(value)) {
    throw refuse('it is not an object');
  }
  if (value.version !== ENCODER_VERSION) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `${file} has encoder version ${JSON.stringify(value.version)}, expected ${ENCODER_VERSION}`,
      { hint: 'Use the version of tt-exp that wrote it, or train again.' },
    );
  }
  const { user, item } = value;
  if (!isSide(user) || !isSide(item)) {
    throw refuse('its blocks do not fit its dimensions');
  }
  return { version: ENCODER_VERSION, user, item };
};
