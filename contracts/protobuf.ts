/** The little of protocol buffers that ONNX files and graphs of TensorFlow need: numbered fields, written once. */

const UTF8 = new TextEncoder();

/** Fields of one message, one after the other. */
export const joined = (fields: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const field of fields) {
    whole.set(field, offset);
    offset += field.length;
  }
  return whole;
};

/** Negative numbers are 64 bits long, in two's complement. */
const varint = (value: number | bigint): Uint8Array => {
  const found: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    found.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(found);
};

const key = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);

export const int = (field: number, value: number | bigint): Uint8Array => joined([key(field, 0), varint(value)]);

export const float = (field: number, value: number): Uint8Array => {
  const content = new DataView(new ArrayBuffer(4));
  content.setFloat32(0, value, true);
  return joined([key(field, 5), new Uint8Array(content.buffer)]);
};

export const bytes = (field: number, value: Uint8Array): Uint8Array =>
  joined([key(field, 2), varint(value.length), value]);

export const text = (field: number, value: string): Uint8Array => bytes(field, UTF8.encode(value));

export const message = (field: number, fields: readonly Uint8Array[]): Uint8Array => bytes(field, joined(fields));
