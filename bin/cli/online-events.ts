/** What servers of this home have recorded, for a command that answers as they do. */
import { join } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import type { Overlay } from '../../contracts/recommendation.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { createEventState } from '../../serving/events/event-state.ts';
import { EVENTS_FILE, readLogFile } from '../../serving/events/log-file.ts';
import { EVENT_LINES } from '../../serving/events/log-record.ts';

/**
 * Read, and never written. A log that cannot be read is named, and answers are without it.
 *
 * @param model a registered name; null for a model that no server answers from
 */
export const readOnlineEvents = async (homeFolder: string, model: string | null, log: Log): Promise<Overlay> => {
  const state = createEventState();
  if (model !== null) {
    const path = join(homeLayout(homeFolder).servingFolder(model), EVENTS_FILE);
    try {
      await readLogFile(path, EVENT_LINES, state.apply);
    } catch (error) {
      log('warn', `${path}: events cannot be read: ${String(error)}; answering without them`);
      return createEventState();
    }
  }
  return state;
};
