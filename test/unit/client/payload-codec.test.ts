import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { DATA_CONVERTER } from '../../../client/payload-codec.ts';

const [codec] = DATA_CONVERTER.payloadCodecs ?? [];

const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value);

describe('client/payload-codec', () => {
  it('packs what is long, and unpacks it to the same value', async () => {
    const value = { trials: Array.from({ length: 5000 }, (_, index) => ({ index, status: 'completed' })) };
    const plain = payloadOf(value);
    const [packed] = (await codec?.encode([plain])) ?? [];
    expect(packed?.data?.length).toBeLessThan((plain.data?.length ?? 0) / 5);
    const [unpacked] = (await codec?.decode(packed === undefined ? [] : [packed])) ?? [];
    expect(unpacked?.metadata).toEqual(plain.metadata);
    expect(defaultPayloadConverter.fromPayload(unpacked ?? {})).toEqual(value);
  });

  it.each([[['short']], [[undefined]], [[null]]])('leaves %j as it is, both ways', async ([value]) => {
    const plain = [payloadOf(value)];
    expect(await codec?.encode(plain)).toEqual(plain);
    expect(await codec?.decode(plain)).toEqual(plain);
  });

  it('empty data that are a plain array, as the workflow sandbox sends them, pass', async () => {
    const empty = { metadata: { encoding: Buffer.from('binary/null') }, data: [] as unknown as Uint8Array };
    expect(await codec?.encode([empty])).toEqual([empty]);
  });
});
