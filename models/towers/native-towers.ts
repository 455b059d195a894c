/**
 * Both towers and their gradients as one graph of libtensorflow, which runs the two towers side by side, fuses products
 * with their biases and never returns to JavaScript in between: 9 ms per step of the default model on two cores and 16 on
 * one, where the same operations one by one (`tower.ts`, the reference) take 22.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { elementAt } from '../../contracts/element-at.ts';
import { type NativeBackend, nativeBackend } from '../numerics/native-backend.ts';
import { type Architecture, SIDES, type Side, type TowerShape } from './architecture.ts';
import { attribute, createGraphBuilder, type GraphBuilder, type Node, SAVED_GRAPH } from './saved-graph.ts';
import type { TowerInput } from './tower.ts';

type Both<T> = Readonly<Record<Side, T>>;

export interface NativeTowers {
  /**
   * Embeddings [rows, embedding_dim] of each side.
   * @param layers [layerParameterCount], which the gradient reaches
   */
  forward(layers: tf.Tensor1D, inputs: Both<TowerInput>): Both<tf.Tensor2D>;
  dispose(): void;
}

const name = (side: Side, what: string, layer = 0): string => `${side}-${what}-${layer}`;
const INTEGER = attribute.type('int32');
const PARAMETERS = 'parameters';
const OUTPUTS = 'outputs';
const OUTPUT_GRADIENTS = 'output-gradients';
const ROWS = 'rows';
const GRADIENT = 'gradient';

interface GraphTower {
  readonly output: Node;
  /** Adds the gradients of kernels and biases, from that of the output; [size] each, in the order of the flat vector. */
  readonly addGradients: (outputGradient: Node) => readonly Node[];
}

/** The pieces of the flat vector of layers, one after the other. */
const pieceReader = (graph: GraphBuilder): ((shape: readonly number[]) => Node) => {
  const flat = graph.placeholder(PARAMETERS, 'float32', [-1]);
  let begin = 0;
  return (shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const range = [graph.integers([begin]), graph.integers([size])];
    begin += size;
    const piece = graph.add('Slice', [flat, ...range], { Index: INTEGER });
    return graph.add('Reshape', [piece, graph.integers(shape)], { Tshape: INTEGER });
  };
};

const addTower = (
  graph: GraphBuilder,
  nextPiece: (shape: readonly number[]) => Node,
  side: Side,
  { layers }: TowerShape,
): GraphTower => {
  const product = (x: Node, y: Node, transposed: 'none' | 'x' | 'y'): Node =>
    graph.add('MatMul', [x, y], {
      transpose_a: attribute.flag(transposed === 'x'),
      transpose_b: attribute.flag(transposed === 'y'),
    });
  const placed = layers.map(({ inputDim, outputDim, isHidden, dropoutRate }, layer) => ({
    isHidden,
    kernel: nextPiece([inputDim, outputDim]),
    bias: nextPiece([outputDim]),
    mask: dropoutRate > 0 ? graph.placeholder(name(side, 'mask', layer), 'float32', [-1, outputDim]) : null,
    input: name(side, 'value', layer),
    output: name(side, 'value', layer + 1),
  }));
  const features = graph.placeholder(name(side, 'features'), 'float32', [-1, elementAt(layers, 0).inputDim]);
  const index = graph.placeholder(name(side, 'index'), 'int32', [-1]);
  graph.gather(features, index, name(side, 'value'));
  for (const { isHidden, kernel, bias, mask, input, output } of placed) {
    const linear = graph.add('BiasAdd', [product(input, kernel, 'none'), bias]);
    const active = isHidden ? graph.add('Relu', [linear]) : linear;
    graph.add('Identity', [mask === null ? active : graph.add('Mul', [active, mask])], {}, output);
  }
  const addGradients = (outputGradient: Node): readonly Node[] => {
    let gradient = outputGradient;
    const pieces: Node[] = [];
    for (const { isHidden, kernel, mask, input, output } of placed.toReversed()) {
      if (isHidden) {
        // The output is 0 where ReLU was off and where dropout hit, and positive elsewhere.
        const gated = graph.add('ReluGrad', [gradient, output]);
        gradient = mask === null ? gated : graph.add('Mul', [gated, mask]);
      }
      const ofKernel = product(input, gradient, 'x');
      const flat = graph.add('Reshape', [ofKernel, graph.integers([-1])], { Tshape: INTEGER });
      pieces.unshift(flat, graph.add('BiasAddGrad', [gradient]));
      gradient = product(gradient, kernel, 'y');
    }
    return pieces;
  };
  return { output: name(side, 'value', layers.length), addGradients };
};

/** tfjs' custom gradients have one output each, hence the embeddings of both sides below each other. */
const towersGraph = ({ user, item }: Architecture): Uint8Array => {
  const graph = createGraphBuilder();
  const concatenate = (parts: readonly Node[], as: string): Node =>
    graph.add('ConcatV2', [...parts, graph.scalar(0)], { N: attribute.integer(parts.length), Tidx: INTEGER }, as);
  const nextPiece = pieceReader(graph);
  const towers = [addTower(graph, nextPiece, 'user', user), addTower(graph, nextPiece, 'item', item)];
  concatenate(
    towers.map(({ output }) => output),
    OUTPUTS,
  );
  const gradients = graph.add(
    'SplitV',
    [
      graph.placeholder(OUTPUT_GRADIENTS, 'float32', [-1, elementAt(user.layers, user.layers.length - 1).outputDim]),
      graph.placeholder(ROWS, 'int32', [towers.length]),
      graph.scalar(0),
    ],
    { Tlen: INTEGER, num_split: attribute.integer(towers.length) },
  );
  concatenate(
    towers.flatMap(({ addGradients }, place) => addGradients(`${gradients}:${place}`)),
    GRADIENT,
  );
  return graph.bytes();
};

/** libtensorflow reads graphs from a folder alone. */
const load = (backend: NativeBackend, graph: Uint8Array, scratch: string): number => {
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, 'graph-'));
  try {
    writeFileSync(join(folder, SAVED_GRAPH.file), graph);
    return backend.loadSavedModelMetaGraph(folder, SAVED_GRAPH.tag);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const createNativeTowers = (backend: NativeBackend, architecture: Architecture, scratch: string): NativeTowers => {
  const session = load(backend, towersGraph(architecture), scratch);
  const run = (feeds: Readonly<Record<string, tf.Tensor>>, outputs: readonly string[]): tf.Tensor[] =>
    backend.runSavedModel(
      session,
      Object.values(feeds),
      Object.keys(feeds).map((given) => ({ name: given })),
      outputs,
    );
  /** Inputs of the layers, which the gradients need again. */
  const valueNames = SIDES.flatMap((side) => architecture[side].layers.map((_, layer) => name(side, 'value', layer)));

  const forward = (layers: tf.Tensor1D, inputs: Both<TowerInput>): Both<tf.Tensor2D> => {
    const masks: Record<string, tf.Tensor> = {};
    const entities: Record<string, tf.Tensor> = {};
    for (const side of SIDES) {
      const { features, index, dropouts } = inputs[side];
      entities[name(side, 'features')] = features;
      entities[name(side, 'index')] = tf.tensor1d(index, 'int32');
      for (const [layer, dropout] of dropouts.entries()) {
        if (dropout !== null) {
          masks[name(side, 'mask', layer)] = dropout.mask;
        }
      }
    }
    const rows = SIDES.map((side) => inputs[side].index.length);
    const outputs = tf.customGrad((...args) => {
      const [flat, save] = args as unknown as [tf.Tensor1D, (tensors: tf.Tensor[]) => void];
      const [value, ...values] = run({ ...entities, ...masks, [PARAMETERS]: flat }, [OUTPUTS, ...valueNames]);
      const names = [PARAMETERS, ...Object.keys(masks), ...valueNames];
      save([flat, ...Object.values(masks), ...values]);
      return {
        value: value as tf.Tensor2D,
        gradFunc: (dy, saved) => {
          const kept = Object.fromEntries((saved as tf.Tensor[]).map((tensor, place) => [names[place], tensor]));
          const [gradient] = run({ ...kept, [OUTPUT_GRADIENTS]: dy, [ROWS]: tf.tensor1d(rows, 'int32') }, [GRADIENT]);
          return gradient as tf.Tensor1D;
        },
      };
    })(layers);
    const [user, item] = tf.split(outputs as tf.Tensor2D, rows, 0) as [tf.Tensor2D, tf.Tensor2D];
    return { user, item };
  };
  return { forward, dispose: () => backend.deleteSavedModel(session) };
};

const isSupported = ({ layers, activation, hasLayerNorm }: TowerShape): boolean =>
  layers.length > 0 && activation === 'relu' && !hasLayerNorm;

/**
 * null where the portable towers compute: without libtensorflow, on a GPU, and for shapes that have no graph.
 * @param scratch folder for what is read once and removed
 */
export const compileTowers = (architecture: Architecture, scratch: string): NativeTowers | null => {
  const backend = nativeBackend();
  const isUsed =
    backend !== null && !backend.isUsingGpuDevice && SIDES.every((side) => isSupported(architecture[side]));
  return isUsed ? createNativeTowers(backend, architecture, scratch) : null;
};
