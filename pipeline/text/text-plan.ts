/** Where each side's text embeddings come from: the source itself, a text encoder, or nowhere. */
import { TtExpError } from '../../contracts/errors.ts';
import type { SideSchema, SourceSchema } from '../source.ts';
import type { TextEncoder } from './text-encoder.ts';

/** What one side of a dataset version knows of texts. */
export interface SideText {
  /** `source`, the id of a text encoder, or null for a side without texts. */
  readonly encoder: string | null;
  /** Width of its embeddings; 0 without texts. */
  readonly dim: number;
}

export type TextOrigin = 'source' | 'encoder' | null;

const originOf = (side: SideSchema, choice: string): TextOrigin => {
  const isOwn = side.embeddingDim !== null;
  if (choice === 'source' || (choice === 'auto' && isOwn)) {
    return isOwn ? 'source' : null;
  }
  return side.hasText ? 'encoder' : isOwn ? 'source' : null;
};

/** `choice` is `data.text_encoder`. Throws DATA_INVALID when it asks for embeddings that no side of the source has. */
export const planTexts = (
  schema: SourceSchema,
  choice: string,
): { readonly user: TextOrigin; readonly item: TextOrigin } => {
  const plan = { user: originOf(schema.user, choice), item: originOf(schema.item, choice) };
  const isPointless = plan.user === null && plan.item === null && choice !== 'auto';
  if (isPointless) {
    throw new TtExpError(
      'DATA_INVALID',
      `data.text_encoder: got "${choice}" for a source without ${choice === 'source' ? 'embeddings' : 'texts'}, expected "auto"`,
      { hint: 'Give users or items a feature of kind "text" or "embedding", or leave data.text_encoder out.' },
    );
  }
  return plan;
};

/** `encoder` is needed where the origin is `encoder`. */
export const sideText = (side: SideSchema, origin: TextOrigin, encoder: TextEncoder | null): SideText => {
  if (origin === 'source') {
    return { encoder: 'source', dim: side.embeddingDim ?? 0 };
  }
  return origin === 'encoder' && encoder !== null
    ? { encoder: encoder.id, dim: encoder.dim }
    : { encoder: null, dim: 0 };
};
