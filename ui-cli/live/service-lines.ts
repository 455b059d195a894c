/** Provisioning and starting: the last report of each part. Pure. */
import type { ServiceProgress } from '../../contracts/services.ts';
import type { Part } from './fit.ts';
import { barLine, type Line, lineOf, NAME_WIDTH } from './line.ts';
import type { LiveState } from './live-state.ts';

/** Parts that are ready fold into one line. */
export const servicePart = ({ services, size }: LiveState): Part => {
  const ready = services.filter(({ step }) => step === 'ready').map(({ part }) => part);
  const busy = services.filter(({ step }) => step !== 'ready');
  const nameWidth = Math.max(NAME_WIDTH, ...busy.map(({ part }) => part.length + 1));
  const bar = ({ part, step, percent }: ServiceProgress): Line =>
    barLine({ name: part, fraction: (percent ?? 0) / 100, note: step }, size.columns, nameWidth);
  const readyLines = ready.length === 0 ? [] : [lineOf(`ready: ${ready.join(', ')}`, 'done')];
  const falling = Array.from({ length: busy.length }, (_, cut) => busy.slice(cut));
  return [
    {
      lines: [...readyLines, ...busy.flatMap((service) => [bar(service), lineOf(`  ${service.message}`, 'dim')])],
      worth: 60,
    },
    ...falling.map((rest) => ({ lines: rest.map(bar), worth: 110 })),
  ];
};
