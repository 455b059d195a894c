/** A sentence transformer of a few bytes: three words, each with a vector of two numbers. */
import { createOnnxGraph } from '../../../services/text-encoder/onnx-file.ts';

const VOCABULARY = { '[UNK]': 0, red: 1, blue: 2 };
const VECTORS = Float32Array.of(1, 1, 3, 4, -4, 3);

export const tinyTokenizer = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: VOCABULARY,
  },
});

/** @param vectors of the words, [3, 2] */
export const tinyModel = (vectors: Float32Array = VECTORS): Uint8Array => {
  const graph = createOnnxGraph();
  const ids = graph.inputIntegers('input_ids', ['texts', 'tokens']);
  const hidden = graph.node('Gather', [graph.floats('words', [3, 2], vectors), ids]);
  return graph.file(hidden, 'last_hidden_state', ['texts', 'tokens', 2]);
};
