/** A BERT encoder (Devlin et al. 2019), as sentence transformers use it, from its weights to an ONNX file. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { createOnnxGraph } from './onnx-file.ts';
import type { Tensor } from './safetensors.ts';

export interface BertConfig {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_hidden_layers: number;
  readonly layer_norm_eps: number;
}

const TOKENS = ['texts', 'tokens'] as const;
/** Added to the score of what is no token: its weight becomes 0. */
const MASKED_SCORE = -1e9;

const transposed = ({ shape, values }: Tensor): Tensor => {
  const [rows, columns] = [elementAt(shape, 0), elementAt(shape, 1)];
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      turned[column * rows + row] = values[place] ?? missing(values, place);
    }
  }
  return { shape: [columns, rows], values: turned };
};

/**
 * Inputs input_ids, attention_mask and token_type_ids, int64 [texts, tokens]; output last_hidden_state, float32
 * [texts, tokens, hidden_size].
 */
export const bertOnnx = (config: BertConfig, weights: ReadonlyMap<string, Tensor>): Uint8Array => {
  const { hidden_size: width, num_attention_heads: heads } = config;
  const headWidth = width / heads;
  const graph = createOnnxGraph();
  const { node } = graph;
  const weight = (name: string): Tensor => {
    const tensor = weights.get(name);
    if (tensor === undefined) {
      throw new TtExpError('PROVISION_FAILED', `text encoder: the weights have no ${name}, expected a BERT encoder`, {
        hint: 'Use a model that comes with its own model.onnx.',
      });
    }
    return tensor;
  };
  const constant = (name: string, tensor: Tensor = weight(name)): string =>
    graph.floats(name, tensor.shape, tensor.values);
  const linear = (input: string, name: string): string => {
    const kernel = constant(`${name}.kernel`, transposed(weight(`${name}.weight`)));
    return node('Add', [node('MatMul', [input, kernel]), constant(`${name}.bias`)]);
  };
  const normalised = (input: string, name: string): string =>
    node('LayerNormalization', [input, constant(`${name}.weight`), constant(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: config.layer_norm_eps },
    });

  const ids = graph.inputIntegers('input_ids', TOKENS);
  const mask = graph.inputIntegers('attention_mask', TOKENS);
  const types = graph.inputIntegers('token_type_ids', TOKENS);
  const zero = graph.integers('zero', [0]);
  const words = node('Gather', [constant('embeddings.word_embeddings.weight'), ids]);
  const segments = node('Gather', [constant('embeddings.token_type_embeddings.weight'), types]);
  const tokenCount = node('Gather', [node('Shape', [ids]), graph.integers('one', [1])]);
  const positions = node('Slice', [constant('embeddings.position_embeddings.weight'), zero, tokenCount, zero]);
  let hidden = normalised(node('Add', [node('Add', [words, segments]), positions]), 'embeddings.LayerNorm');

  const isToken = node('Unsqueeze', [node('Cast', [mask], { to: 1 }), graph.integers('head_axes', [1, 2])]);
  const isPadding = node('Sub', [graph.floats('ones', [1], Float32Array.of(1)), isToken]);
  const penalty = node('Mul', [isPadding, graph.floats('masked', [1], Float32Array.of(MASKED_SCORE))]);
  const inHeads = graph.integers('in_heads', [0, 0, heads, headWidth]);
  const joined = graph.integers('joined', [0, 0, width]);
  const scale = graph.floats('scale', [1], Float32Array.of(1 / Math.sqrt(headWidth)));
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const name = `encoder.layer.${layer}`;
    const split = (part: string, perm: readonly number[]): string =>
      node('Transpose', [node('Reshape', [linear(hidden, `${name}.attention.self.${part}`), inHeads])], { perm });
    const scores = node('MatMul', [split('query', [0, 2, 1, 3]), split('key', [0, 2, 3, 1])]);
    const attention = node('Softmax', [node('Add', [node('Mul', [scores, scale]), penalty])], { axis: -1 });
    const context = node('MatMul', [attention, split('value', [0, 2, 1, 3])]);
    const gathered = node('Reshape', [node('Transpose', [context], { perm: [0, 2, 1, 3] }), joined]);
    const attended = node('Add', [linear(gathered, `${name}.attention.output.dense`), hidden]);
    hidden = normalised(attended, `${name}.attention.output.LayerNorm`);
    const inner = node('Gelu', [linear(hidden, `${name}.intermediate.dense`)]);
    hidden = normalised(node('Add', [linear(inner, `${name}.output.dense`), hidden]), `${name}.output.LayerNorm`);
  }
  return graph.file(hidden, 'last_hidden_state', [...TOKENS, width]);
};
