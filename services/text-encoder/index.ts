/** Sentence transformers for Node.js: ONNX Runtime, a tokenizer and a model, fetched when they are first needed. */

export { keepEncoders } from './kept-encoders.ts';
export { MINILM_NAME } from './minilm-model.ts';
export type { ServiceTextEncoder } from './onnx-encoder.ts';
export { type ResolvedTextEncoder, resolveTextEncoder, type TextEncoderRequest } from './resolve-text-encoder.ts';
