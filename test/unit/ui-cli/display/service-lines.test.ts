import { describe, expect, test } from 'vitest';
import type { ServiceProgress } from '../../../../contracts/services.ts';
import { createServiceLines } from '../../../../ui-cli/display/service-lines.ts';

const CLEAR = '\r\u001b[K';

const EVENTS: readonly ServiceProgress[] = [
  { part: 'temporal', step: 'download', message: 'temporal 1.32', percent: 10 },
  { part: 'temporal', step: 'download', message: 'temporal 1.32', percent: 55.4 },
  { part: 'mlflow', step: 'start', message: 'starts' },
  { part: 'temporal', step: 'ready', message: 'is up', percent: 100 },
];

const tellAll = (isRedrawn: boolean): string => {
  let text = '';
  const stream = { columns: 80, write: (some: string) => (text += some) } as unknown as NodeJS.WriteStream;
  const lines = createServiceLines((line) => stream.write(`${line}\n`), isRedrawn ? stream : null);
  for (const event of EVENTS) {
    lines.tell(event);
  }
  lines.close();
  return text;
};

describe('ui-cli/display/service-lines', () => {
  test('each step is told once, however often its percentage is', () => {
    expect(tellAll(false)).toBe('temporal: download: temporal 1.32\nmlflow: start: starts\ntemporal: ready: is up\n');
  });

  test('on a terminal a last line says how far it is, and goes when nothing is at work', () => {
    expect(tellAll(true).split(CLEAR)).toEqual([
      'temporal: download: temporal 1.32\n',
      'temporal: download: temporal 1.32 10 %',
      'temporal: download: temporal 1.32 55 %',
      'mlflow: start: starts\n',
      'temporal: download: temporal 1.32 55 %',
      'temporal: ready: is up\n',
    ]);
  });
});
