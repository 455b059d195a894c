import type { TimeBound } from './raw-tables.ts';

const MICROSECONDS = { s: 1_000_000n, ms: 1000n, us: 1n } as const;
const NANOSECONDS = 1000n;

/** `2025-01-31 12:00:00.123456`, in UTC. */
export const boundText = ({ at }: TimeBound): string => {
  const [seconds = '', fraction = ''] = at.replace('T', ' ').replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
};

/** The number since 1970 in the column's own unit, exact to the microsecond; for any unit but `text`. */
export const boundNumber = (bound: TimeBound, unit: keyof typeof MICROSECONDS | 'ns'): string => {
  const [seconds = '', fraction = ''] = boundText(bound).split('.');
  const microseconds = BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`)) * 1000n + BigInt(fraction);
  if (unit === 'ns') {
    return String(microseconds * NANOSECONDS);
  }
  const parts = MICROSECONDS[unit];
  const digits = String(parts).length - 1;
  const magnitude = microseconds < 0n ? -microseconds : microseconds;
  const decimals = digits === 0 ? '' : `.${String(magnitude % parts).padStart(digits, '0')}`;
  return `${microseconds < 0n ? '-' : ''}${magnitude / parts}${decimals}`;
};
