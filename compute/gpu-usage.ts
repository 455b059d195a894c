/** What `nvidia-smi` prints of the GPUs, as values. */
import type { GpuUsage } from '../contracts/trainer.ts';

export interface ListedGpu extends GpuUsage {
  readonly index: string;
  readonly uuid: string;
}

export const GPU_QUERY = [
  '--query-gpu=index,uuid,utilization.gpu,memory.used,memory.total',
  '--format=csv,noheader,nounits',
] as const;

const FIELDS = 5;

/** `[N/A]`, `[Not Supported]` and `[Unknown Error]` stand where the driver does not tell. */
const numberIn = (field: string, most = Number.POSITIVE_INFINITY): number | null =>
  /^\d+(\.\d+)?$/.test(field) && Number(field) <= most ? Number(field) : null;

/** Lines that are no row, as warnings of the driver, are left out. */
export const parseGpuUsage = (lines: readonly string[]): readonly ListedGpu[] =>
  lines.flatMap((line) => {
    const fields = line.split(',').map((field) => field.trim());
    const [index = '', uuid = '', utilization = '', used = '', total = ''] = fields;
    return fields.length !== FIELDS || !/^\d+$/.test(index)
      ? []
      : [
          {
            index,
            uuid,
            utilizationPercent: numberIn(utilization, 100),
            memoryMegabytes: numberIn(used),
            totalMemoryMegabytes: numberIn(total),
          },
        ];
  });

/** By an entry of CUDA_VISIBLE_DEVICES: a number, a UUID or the beginning of just one. */
export const gpuNamed = (gpus: readonly ListedGpu[], id: string): ListedGpu | null => {
  const byIndex = gpus.find(({ index }) => index === id);
  const byUuid = id.startsWith('GPU-') ? gpus.filter(({ uuid }) => uuid.startsWith(id)) : [];
  return byIndex ?? (byUuid.length === 1 ? (byUuid[0] ?? null) : null);
};
