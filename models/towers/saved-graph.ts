/**
 * A graph of TensorFlow operations as the bytes of a SavedModel, for libtensorflow to run as a whole. Field numbers are
 * those of saved_model.proto, meta_graph.proto, graph.proto, node_def.proto and attr_value.proto of TensorFlow.
 */
import { bytes, int, joined, message, text } from '../../contracts/protobuf.ts';

/** Numbers of types.proto. */
const DATA_TYPE = { float32: 1, int32: 3 } as const;
type DataType = keyof typeof DATA_TYPE;

/** Of versions.proto: operations mean what they meant in TensorFlow 2.20, and any library since 1.0 may run them. */
const GRAPH_VERSION = { producer: 1900, minConsumer: 12 } as const;

const TAG = 'serve';

/** Of a TensorShapeProto. */
const extents = (shape: readonly number[]): readonly Uint8Array[] =>
  shape.map((extent) => message(2, [int(1, extent)]));

/** The value of an attribute, as an AttrValue. */
export const attribute = {
  type: (type: DataType): Uint8Array => int(6, DATA_TYPE[type]),
  flag: (value: boolean): Uint8Array => int(5, value ? 1 : 0),
  integer: (value: number): Uint8Array => int(3, value),
  /** -1: any extent */
  shape: (shape: readonly number[]): Uint8Array => message(7, extents(shape)),
  /** [values.length], or a scalar */
  integers: (values: readonly number[], isScalar: boolean): Uint8Array => {
    const shape = extents(isScalar ? [] : [values.length]);
    const content = new Uint8Array(Int32Array.from(values).buffer);
    return message(8, [int(1, DATA_TYPE.int32), message(2, shape), bytes(4, content)]);
  },
} as const;

/** Names an output of an operation: `operation`, or `operation:place` for any but the first. */
export type Node = string;

export interface GraphBuilder {
  /** An operation whose type of numbers is called T, as most are: float32. */
  add(
    operation: string,
    inputs: readonly Node[],
    attributes?: Readonly<Record<string, Uint8Array>>,
    name?: string,
  ): Node;
  /** Rows of a matrix, [index.length, columns]. */
  gather(matrix: Node, index: Node, name: string): Node;
  /** What a run is given. */
  placeholder(name: string, type: DataType, shape: readonly number[]): Node;
  integers(values: readonly number[]): Node;
  scalar(value: number): Node;
  /** The content of `saved_model.pb`. */
  bytes(): Uint8Array;
}

export const createGraphBuilder = (): GraphBuilder => {
  const nodes: Uint8Array[] = [];
  const add: GraphBuilder['add'] = (operation, inputs, attributes = {}, name = `${operation}-${nodes.length}`) => {
    const entries = Object.entries(attributes).map(([key, value]) => message(5, [text(1, key), bytes(2, value)]));
    const fields = [text(1, name), text(2, operation), ...inputs.map((input) => text(3, input))];
    nodes.push(message(1, [...fields, ...entries]));
    return name;
  };
  const constant = (values: readonly number[], isScalar: boolean): Node =>
    add('Const', [], { dtype: attribute.type('int32'), value: attribute.integers(values, isScalar) });
  return {
    add: (operation, inputs, attributes, name) =>
      add(operation, inputs, { T: attribute.type('float32'), ...attributes }, name),
    gather: (matrix, index, name) => {
      const integer = attribute.type('int32');
      const types = { Tparams: attribute.type('float32'), Tindices: integer, Taxis: integer };
      return add('GatherV2', [matrix, index, constant([0], true)], types, name);
    },
    placeholder: (name, type, shape) =>
      add('Placeholder', [], { dtype: attribute.type(type), shape: attribute.shape(shape) }, name),
    integers: (values) => constant(values, false),
    scalar: (value) => constant([value], true),
    bytes: () => {
      const { producer, minConsumer } = GRAPH_VERSION;
      const versions = message(4, [int(1, producer), int(2, minConsumer)]);
      const metaGraph = [message(1, [text(4, TAG)]), message(2, [...nodes, versions])];
      return joined([int(1, 1), message(2, metaGraph)]);
    },
  };
};

export const SAVED_GRAPH = { file: 'saved_model.pb', tag: TAG } as const;
