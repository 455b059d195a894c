/** What provisioning and starting report, as lines; on a terminal with one line below them that says what is at work. */
import type { ServiceProgress } from '../../contracts/services.ts';
import { clearLine, drawLine } from '../text/output.ts';

export interface ServiceLines {
  tell(event: ServiceProgress): void;
  /** The terminal is at the beginning of a line. */
  close(): void;
}

export const serviceLine = ({ part, step, message }: ServiceProgress): string => `${part}: ${step}: ${message}`;

const workOf = (event: ServiceProgress): string =>
  event.percent === undefined ? serviceLine(event) : `${serviceLine(event)} ${Math.round(event.percent)} %`;

/** @param write takes one line without its end; @param terminal that the last line is redrawn on, null: none */
export const createServiceLines = (
  write: (line: string) => void,
  terminal: NodeJS.WriteStream | null = null,
): ServiceLines => {
  const last = new Map<string, ServiceProgress>();
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn && terminal !== null) {
      isDrawn = false;
      clearLine(terminal);
    }
  };
  const draw = (): void => {
    const busy = [...last.values()].filter(({ percent, step }) => percent !== undefined && step !== 'ready');
    if (terminal !== null && busy.length > 0) {
      isDrawn = true;
      drawLine(terminal, busy.map(workOf).join('; '));
    }
  };
  return {
    tell: (event) => {
      const before = last.get(event.part);
      last.set(event.part, event);
      // A download reports its percentage often; its line is told once.
      if (before === undefined || serviceLine(before) !== serviceLine(event)) {
        clear();
        write(serviceLine(event));
      }
      draw();
    },
    close: clear,
  };
};
