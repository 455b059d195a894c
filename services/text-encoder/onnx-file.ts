/** Builds an ONNX file of nodes and constants (onnx.proto3, IR version 9). */
import { bytes, float, int, joined, message, text } from '../../contracts/protobuf.ts';

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 9;
/** The first with Gelu. */
const OPSET = 20;

/** Numbers of fields in the messages of onnx.proto3. */
const FIELD = {
  model: { irVersion: 1, producer: 2, graph: 7, opset: 8 },
  opset: { domain: 1, version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, type: 4, attribute: 5 },
  attribute: { name: 1, float: 2, int: 3, ints: 8, type: 20 },
  tensor: { dims: 1, type: 2, name: 8, raw: 9 },
  valueInfo: { name: 1, type: 2 },
} as const;

type Attribute = number | readonly number[] | { readonly float: number };

/** Numbers of AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 } as const;

const attribute = (name: string, value: Attribute): Uint8Array => {
  const { attribute: field } = FIELD;
  const named = text(field.name, name);
  if (typeof value === 'number') {
    return joined([named, int(field.int, value), int(field.type, ATTRIBUTE_TYPE.int)]);
  }
  if ('float' in value) {
    return joined([named, float(field.float, value.float), int(field.type, ATTRIBUTE_TYPE.float)]);
  }
  return joined([named, ...value.map((one) => int(field.ints, one)), int(field.type, ATTRIBUTE_TYPE.ints)]);
};

/** Named sizes, unknown until it runs, or fixed ones. */
export type Shape = readonly (string | number)[];

const valueInfo = (name: string, type: number, shape: Shape): Uint8Array => {
  const dims = shape.map((size) => message(1, [typeof size === 'number' ? int(1, size) : text(2, size)]));
  const tensorType = message(1, [int(1, type), message(2, dims)]);
  return joined([text(FIELD.valueInfo.name, name), message(FIELD.valueInfo.type, [tensorType])]);
};

export interface OnnxGraph {
  /** Adds a constant; returns its name. */
  floats(name: string, shape: readonly number[], values: Float32Array): string;
  integers(name: string, values: readonly number[]): string;
  /** Adds an operation with one output; returns the output's name. */
  node(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  inputIntegers(name: string, shape: Shape): string;
  /** The whole file. `name` is the output's. */
  file(result: string, name: string, shape: Shape): Uint8Array;
}

export const createOnnxGraph = (): OnnxGraph => {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  const inputs: Uint8Array[] = [];
  const addNode = (
    type: string,
    from: readonly string[],
    to: string,
    attributes: Readonly<Record<string, Attribute>>,
  ) => {
    const { node } = FIELD;
    nodes.push(
      joined([
        ...from.map((name) => text(node.input, name)),
        text(node.output, to),
        text(node.name, to),
        text(node.type, type),
        ...Object.entries(attributes).map(([name, value]) => bytes(node.attribute, attribute(name, value))),
      ]),
    );
    return to;
  };
  const addConstant = (name: string, type: number, shape: readonly number[], raw: Uint8Array): string => {
    const { tensor } = FIELD;
    constants.push(
      joined([
        ...shape.map((size) => int(tensor.dims, size)),
        int(tensor.type, type),
        text(tensor.name, name),
        bytes(tensor.raw, raw),
      ]),
    );
    return name;
  };
  return {
    floats: (name, shape, values) =>
      addConstant(name, FLOAT, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    integers: (name, values) =>
      addConstant(name, INT64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer)),
    node: (type, from, attributes = {}) => addNode(type, from, `${type}_${nodes.length}`, attributes),
    inputIntegers: (name, shape) => {
      inputs.push(valueInfo(name, INT64, shape));
      return name;
    },
    file: (result, name, shape) => {
      addNode('Identity', [result], name, {});
      const { graph, model, opset } = FIELD;
      return joined([
        int(model.irVersion, IR_VERSION),
        text(model.producer, 'tt-exp'),
        message(model.graph, [
          ...nodes.map((node) => bytes(graph.node, node)),
          text(graph.name, 'encoder'),
          ...constants.map((constant) => bytes(graph.initializer, constant)),
          ...inputs.map((input) => bytes(graph.input, input)),
          bytes(graph.output, valueInfo(name, FLOAT, shape)),
        ]),
        message(model.opset, [text(opset.domain, ''), int(opset.version, OPSET)]),
      ]);
    },
  };
};
