/** The little of protocol buffers that an ONNX file needs: messages of numbered fields, written once. */

const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
};

const key = (field: number, wireType: number): Buffer => varint(field * 8 + wireType);

export const int = (field: number, value: number | bigint): Buffer => Buffer.concat([key(field, 0), varint(value)]);

export const float = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
};

export const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([key(field, 2), varint(value.length), value]);

export const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value, 'utf8'));

export const message = (field: number, fields: readonly Buffer[]): Buffer => bytes(field, Buffer.concat(fields));
