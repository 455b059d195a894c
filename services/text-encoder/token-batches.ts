/** Texts as batches of token numbers of about one length. */
import { elementAt } from '../../contracts/element-at.ts';
import type { Tokenizer } from './runtime-packages.ts';

export interface TokenisedText {
  /** Place of the text in the list that was given. */
  readonly row: number;
  readonly ids: readonly number[];
}

export interface TokenBatch {
  readonly texts: readonly TokenisedText[];
  /** Of the longest of them. */
  readonly tokens: number;
}

/** Texts in a batch. */
export const BATCH = 32;

/** The last token, which ends a text, stays. */
const cut = (ids: readonly number[], most: number): readonly number[] =>
  ids.length <= most ? ids : [...ids.slice(0, most - 1), ...ids.slice(-1)];

/** Longer texts first: the memory that the first batch takes is then enough for all. */
export const toBatches = (tokenizer: Tokenizer, texts: readonly string[], mostTokens: number): TokenBatch[] => {
  const tokenised = texts.map((text, row) => ({ row, ids: cut(tokenizer.encode(text).ids, mostTokens) }));
  tokenised.sort((one, other) => other.ids.length - one.ids.length || one.row - other.row);
  return Array.from({ length: Math.ceil(tokenised.length / BATCH) }, (_, index) => {
    const batch = tokenised.slice(index * BATCH, (index + 1) * BATCH);
    // Some tokenizers give no token for an empty text; the model needs one place for it.
    return { texts: batch, tokens: Math.max(1, elementAt(batch, 0).ids.length) };
  });
};

/** int64 [texts, tokens], 0 where a text has ended. */
export const toIntegers = ({ texts, tokens }: TokenBatch, value: (id: number) => number): BigInt64Array => {
  const flat = new BigInt64Array(texts.length * tokens);
  texts.forEach(({ ids }, place) => {
    ids.forEach((id, token) => {
      flat[place * tokens + token] = BigInt(value(id));
    });
  });
  return flat;
};
