/** One line of a service's log, whoever has written it. Pure. */

export interface LogLine {
  /** Epoch milliseconds; null where the line tells none. */
  readonly atMs: number | null;
  /** Lower-case, such as `info`; null where the line tells none. */
  readonly level: string | null;
  readonly message: string;
}

/** With a zone, or in the time of this machine, as its servers write. */
const TIME = /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/;

/** Times stand at the beginning of a line, or close to it. */
const HEAD_CHARACTERS = 80;

const timeIn = (text: string): number | null => {
  const [found] = TIME.exec(text.slice(0, HEAD_CHARACTERS)) ?? [];
  const ms =
    found === undefined ? Number.NaN : Date.parse(found.replaceAll('/', '-').replace(' ', 'T').replace(',', '.'));
  return Number.isNaN(ms) ? null : ms;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const readJson = (text: string): Readonly<Record<string, unknown>> | null => {
  if (!text.startsWith('{')) {
    return null;
  }
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null; // a line that only begins like one of ours
  }
};

/** Lines of our own processes are JSON; those of others are shown as they are. */
export const parseLogLine = (text: string): LogLine => {
  const json = readJson(text);
  if (json === null || typeof json.message !== 'string') {
    return { atMs: timeIn(text), level: null, message: text };
  }
  const { time, level, message, ...fields } = json;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${textOf(value)}`);
  return {
    atMs: typeof time === 'string' ? timeIn(time) : null,
    level: typeof level === 'string' ? level.toLowerCase() : null,
    message: [message, ...rest].join(' '),
  };
};
