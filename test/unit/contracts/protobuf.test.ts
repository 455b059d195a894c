import { expect, test } from 'vitest';
import { bytes, float, int, message, text } from '../../../contracts/protobuf.ts';

// The encodings are those that the documentation of protocol buffers gives as examples.
test.each([
  ['a number of two bytes', int(1, 150), '089601'],
  ['zero', int(3, 0), '1800'],
  ['a negative number, of ten bytes', int(3, -1), '18ffffffffffffffffff01'],
  ['a field number above 15', int(20, 7), 'a00107'],
  ['a text', text(2, 'testing'), '120774657374696e67'],
  ['a text of more bytes than letters', text(2, 'é'), '1202c3a9'],
  ['a message', message(3, [int(1, 150)]), '1a03089601'],
  ['a float', float(2, 1), '150000803f'],
  ['no bytes', bytes(9, new Uint8Array(0)), '4a00'],
])('%s is written as the format has it', (_, written, expected) => {
  expect(Buffer.from(written).toString('hex')).toBe(expected);
});
