/** A race of two servers, decided. */
import { appendFileSync } from 'node:fs';
import { formatBatch, type OnlineEvent } from '../../serving/events/log-record.ts';

/** The event; once a log has read its file and looks at it, before it writes, another server has written `others` there. */
export const overtakenEvent = (event: OnlineEvent, path: string, others: readonly OnlineEvent[]): OnlineEvent => {
  let isWritten = false;
  return {
    ...event,
    get type() {
      if (!isWritten) {
        isWritten = true;
        appendFileSync(path, formatBatch(others.map((other) => ({ kind: 'event', event: other }))));
      }
      return event.type;
    },
  };
};
