/** What users do, and that it is forgotten. */

import { isObject } from '../../../contracts/is-object.ts';
import { nearestHint } from '../../../policy/nearest.ts';
import { keptOf, type RecordedEvents } from '../../events/admit-events.ts';
import type { EventLog } from '../../events/event-log.ts';
import { type ApiContext, uncached } from '../api-context.ts';
import { refuse } from '../refusal.ts';
import { answers, ERASED_ANSWER, EVENTS_ANSWER, EVENTS_BODY, idParams } from '../schemas.ts';

interface SentEvent {
  readonly event_id: string;
  readonly user_id: string;
  readonly item_id: string;
  readonly type: string;
  readonly occurred_at?: string;
}

type EventsBody = SentEvent | { readonly events: readonly SentEvent[] };

/** A mistyped `dislike` would pull near what it should keep away. Throws what answers 400. */
const checkTypes = (sent: readonly SentEvent[], known: readonly string[]): void => {
  const at = sent.findIndex(({ type }) => known.length > 0 && !known.includes(type));
  const type = sent[at]?.type;
  if (type !== undefined) {
    const where = sent.length === 1 ? 'type' : `events.${at}.type`;
    throw refuse(
      400,
      `${where}: got "${type}", expected a type of interaction in the bundle's data: ${known.join(', ')}`,
      nearestHint(type, known, 'The types are those of `data.labels` in the config of the dataset version.'),
    );
  }
};

/** How many events were sent, whatever they are like. */
const countIn = (body: unknown): number => {
  const sent = isObject(body) && 'events' in body ? body.events : isObject(body) ? [body] : body;
  return Array.isArray(sent) ? sent.length : 0;
};

export const addEventRoutes = ({
  app,
  source,
  events,
  online,
  metrics,
  nouns,
  timestamp,
}: ApiContext & { readonly events: EventLog }): void => {
  const count = (sent: number, { accepted, duplicates }: RecordedEvents): void => {
    metrics.recorded('accepted', accepted);
    metrics.recorded('duplicate', duplicates);
    metrics.recorded('refused', sent - accepted - duplicates);
  };

  app.post<{ Body: EventsBody }>(
    '/api/events',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'recordEvents',
        summary: 'One interaction or several. Answered once they are on the disk and in the lists',
        body: EVENTS_BODY,
        response: answers(EVENTS_ANSWER, 'All of them are kept; duplicates were kept before.'),
      },
      // The handler counts what the schema refuses.
      attachValidation: true,
    },
    async (request, reply) => {
      const { body, validationError } = request;
      try {
        if (validationError !== undefined) {
          throw validationError;
        }
        const sent = 'events' in body ? body.events : [body];
        const received_at = timestamp();
        checkTypes(sent, source.current().eventTypes);
        const recorded = await events.record(
          sent.map((event) => ({ ...event, occurred_at: event.occurred_at ?? null, received_at })),
        );
        count(sent.length, recorded);
        return uncached(reply).send({ ...recorded, request_id: request.id });
      } catch (error) {
        count(countIn(body), keptOf(error));
        throw error;
      }
    },
  );

  app.delete<{ Params: { readonly id: string } }>(
    `/api/events/for-${nouns.user}/:id`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'eraseEvents',
        summary: `Erase every event of a ${nouns.user} from the lists and from the disk, and what an experiment online has shown them`,
        params: idParams(`Id of the ${nouns.user}.`),
        response: answers(ERASED_ANSWER, 'They are gone.'),
      },
    },
    async (request, reply) => {
      const erased = await events.erase(request.params.id);
      // Also where no events were left: an earlier attempt may have come no further.
      await online?.erase(request.params.id);
      metrics.recorded('erased', erased);
      return uncached(reply).send({ user_id: request.params.id, erased, request_id: request.id });
    },
  );
};
