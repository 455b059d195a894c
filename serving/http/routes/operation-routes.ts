/** For whoever operates the server: health, metrics, the description of the API. */
import { type ApiContext, uncached } from '../api-context.ts';
import { degraded } from '../degraded.ts';
import { answers, HEALTH, READINESS } from '../schemas.ts';

export const addOperationRoutes = ({ app, source, events, additions, online, metrics, isReady }: ApiContext): void => {
  const schema = (operationId: string, summary: string) => ({ operationId, summary });

  app.get(
    '/healthz',
    { schema: { ...schema('health', 'Whether the process answers'), response: answers(HEALTH, 'It does.') } },
    (_, reply) => {
      uncached(reply).send({ status: 'ok' });
    },
  );

  app.get(
    '/readyz',
    {
      schema: {
        ...schema('readiness', 'Whether requests should come here, from what they are answered, and what is degraded'),
        response: { ...answers(READINESS, 'They should.'), 503: { description: 'They should not.', ...READINESS } },
      },
    },
    (_, reply) => {
      const { model, modelVersion, digest } = source.current();
      const ready = isReady();
      uncached(reply)
        .code(ready ? 200 : 503)
        .send({
          ready,
          model,
          model_version: modelVersion,
          bundle: digest,
          building: source.building(),
          experiment: online?.running() ?? null,
          degraded: degraded({ source, events, additions }),
        });
    },
  );

  app.get(
    '/metrics',
    { config: { scope: 'read' }, schema: { ...schema('metrics', 'Prometheus metrics'), produces: ['text/plain'] } },
    async (_, reply) =>
      uncached(reply)
        .type(metrics.contentType)
        .send(await metrics.text()),
  );

  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
};
