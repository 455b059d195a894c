/** How towers multiply matrices: in float32, or in bfloat16 between float32 on both sides. */
import * as tf from '@tensorflow/tfjs-core';
import type { Attribute, NativeBackend } from './native-backend.ts';

/** x · y of [rows, inner] and [inner, columns], each transposed first where it says so. */
export type Product = (x: tf.Tensor2D, y: tf.Tensor2D, isXTransposed?: boolean, isYTransposed?: boolean) => tf.Tensor2D;

export const float32Product: Product = (x, y, isXTransposed = false, isYTransposed = false) =>
  tf.matMul(x, y, isXTransposed, isYTransposed);

/** Of TensorFlow's types.proto; tfjs knows no such type. */
const BFLOAT16 = 14;

/**
 * Mixed precision (Micikevicius et al., ICLR 2018) with bfloat16, whose exponents reach as far as those of float32, so
 * that losses need no scaling. Operations one by one and not a graph (`native-towers.ts`), whose inputs and outputs would
 * pass through the host's memory. The numbers between cast and cast belong to no tensor of tfjs and are freed here.
 */
export const createMixedProduct = (backend: NativeBackend): Product => {
  const { binding } = backend;
  const type = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const flag = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const castTypes = (from: number, to: number): Attribute[] => [
    type('SrcT', from),
    type('DstT', to),
    flag('Truncate', false),
  ];
  const execute = (name: string, attributes: readonly Attribute[], inputs: readonly number[]) => {
    const [output] = binding.executeOp(name, attributes, inputs, 1);
    if (output === undefined) {
      throw new Error(`${name}: the operation returned no output`);
    }
    return output;
  };
  return (x, y, isXTransposed = false, isYTransposed = false) => {
    const held: number[] = [];
    const hold = (id: number): number => {
      held.push(id);
      return id;
    };
    const [idX = 0, idY = 0] = backend.getInputTensorIds([x, y]);
    try {
      const shorten = (id: number): number => hold(execute('Cast', castTypes(binding.TF_FLOAT, BFLOAT16), [id]).id);
      const transposed = [flag('transpose_a', isXTransposed), flag('transpose_b', isYTransposed)];
      const product = execute('MatMul', [type('T', BFLOAT16), ...transposed], [shorten(idX), shorten(idY)]);
      return backend.createOutputTensor(
        execute('Cast', castTypes(BFLOAT16, binding.TF_FLOAT), [hold(product.id)]),
      ) as tf.Tensor2D;
    } finally {
      for (const id of held) {
        binding.deleteTensor(id);
      }
    }
  };
};
