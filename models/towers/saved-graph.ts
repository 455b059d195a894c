/**
 * A graph of TensorFlow operations as the bytes of a SavedModel, for libtensorflow to run as a whole. Field numbers are
 * those of saved_model.proto, meta_graph.proto, graph.proto, node_def.proto and attr_value.proto of TensorFlow.
 */

/** Numbers of types.proto. */
const DATA_TYPE = { float32: 1, int32: 3 } as const;
type DataType = keyof typeof DATA_TYPE;

/** Of versions.proto: operations mean what they meant in TensorFlow 2.20, and any library since 1.0 may run them. */
const GRAPH_VERSION = { producer: 1900, minConsumer: 12 } as const;

const TAG = 'serve';

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  // Negative numbers are 64 bits long, in two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
};

const numberField = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);

const bytesField = (field: number, value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
};

const shapeMessage = (shape: readonly number[]): Buffer =>
  Buffer.concat(shape.map((extent) => bytesField(2, numberField(1, extent))));

/** The value of an attribute, as an AttrValue. */
export const attribute = {
  type: (type: DataType): Buffer => numberField(6, DATA_TYPE[type]),
  flag: (value: boolean): Buffer => numberField(5, value ? 1 : 0),
  integer: (value: number): Buffer => numberField(3, value),
  /** -1: any extent */
  shape: (shape: readonly number[]): Buffer => bytesField(7, shapeMessage(shape)),
  /** [values.length], or a scalar */
  integers: (values: readonly number[], isScalar: boolean): Buffer => {
    const shape = shapeMessage(isScalar ? [] : [values.length]);
    const content = new Uint8Array(Int32Array.from(values).buffer);
    return bytesField(
      8,
      Buffer.concat([numberField(1, DATA_TYPE.int32), bytesField(2, shape), bytesField(4, content)]),
    );
  },
} as const;

/** Names an output of an operation: `operation`, or `operation:place` for any but the first. */
export type Node = string;

export interface GraphBuilder {
  /** An operation whose type of numbers is called T, as most are: float32. */
  add(operation: string, inputs: readonly Node[], attributes?: Readonly<Record<string, Buffer>>, name?: string): Node;
  /** Rows of a matrix, [index.length, columns]. */
  gather(matrix: Node, index: Node, name: string): Node;
  /** What a run is given. */
  placeholder(name: string, type: DataType, shape: readonly number[]): Node;
  integers(values: readonly number[]): Node;
  scalar(value: number): Node;
  /** The content of `saved_model.pb`. */
  bytes(): Buffer;
}

export const createGraphBuilder = (): GraphBuilder => {
  const nodes: Buffer[] = [];
  const add: GraphBuilder['add'] = (operation, inputs, attributes = {}, name = `${operation}-${nodes.length}`) => {
    const entries = Object.entries(attributes).map(([key, value]) =>
      bytesField(5, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    );
    const fields = [bytesField(1, name), bytesField(2, operation), ...inputs.map((input) => bytesField(3, input))];
    nodes.push(bytesField(1, Buffer.concat([...fields, ...entries])));
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
      const versions = bytesField(4, Buffer.concat([numberField(1, producer), numberField(2, minConsumer)]));
      const metaGraph = [bytesField(1, bytesField(4, TAG)), bytesField(2, Buffer.concat([...nodes, versions]))];
      return Buffer.concat([numberField(1, 1), bytesField(2, Buffer.concat(metaGraph))]);
    },
  };
};

export const SAVED_GRAPH = { file: 'saved_model.pb', tag: TAG } as const;
