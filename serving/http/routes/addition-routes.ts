/** Users and items that training has not seen, and that they are forgotten. */
import { isObject } from '../../../contracts/is-object.ts';
import type { RawRow, Side } from '../../../contracts/row-encoding.ts';
import { nearestHint } from '../../../policy/nearest.ts';
import { additionSchema } from '../../additions/feature-schema.ts';
import type { Additions } from '../../additions/open-additions.ts';
import { type ApiContext, uncached } from '../api-context.ts';
import { refuse } from '../refusal.ts';
import { additionAnswer, answers, erasedAdditionAnswer, idParams } from '../schemas.ts';
import type { ServedBundle } from '../served-bundle.ts';
import { createValidatorCompiler } from '../validation.ts';

/** Longer ones would fill the memory with ten thousand of them. */
const MOST_BODY_BYTES = 64 * 1024;

interface AdditionBody {
  readonly user_id?: string;
  readonly item_id?: string;
  readonly features?: RawRow['features'];
  readonly text?: string;
  readonly embedding?: readonly number[];
}

/** A field that the bundle does not have, with the nearest one that it has. Throws what answers 400. */
const checkFields = (body: unknown, { takes }: ServedBundle, side: Side, noun: string): void => {
  const given = isObject(body) && isObject(body.features) ? Object.keys(body.features) : [];
  const known = takes[side].fields.map(({ name }) => name);
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refuse(
      400,
      `features: got "${unknown}", which is no field of a ${noun}`,
      nearestHint(unknown, known, `Fields of a ${noun}: ${known.join(', ') || 'none'}.`),
    );
  }
};

/** A text or an embedding where this model takes none: why, and what it takes. Throws what answers 400. */
const checkContent = (body: unknown, { takes }: ServedBundle, side: Side, noun: string): void => {
  const { takesText, embeddingDim } = takes[side];
  const sent = isObject(body) ? body : {};
  const nothing = `Leave it out: this model knows a ${noun} by its features.`;
  if (sent.text !== undefined && !takesText) {
    throw embeddingDim === null
      ? refuse(400, `text: got one, but the data of this model has no texts of a ${noun}`, nothing)
      : refuse(
          400,
          `text: got one, but the data of this model came with embeddings of ${embeddingDim} numbers for each ${noun}, so that there is no text encoder`,
          `Send the ${embeddingDim} numbers of the same embedding as \`embedding\`, or leave both out: the text counts as unknown then.`,
        );
  }
  if (sent.embedding !== undefined && embeddingDim === null) {
    throw takesText
      ? refuse(
          400,
          `embedding: got one, but the text encoder of this model makes those of a ${noun} itself`,
          'Send the text as `text`.',
        )
      : refuse(400, `embedding: got one, but the data of this model has none of a ${noun}`, nothing);
  }
};

const addSide = ({ app, source, nouns, metrics, timestamp }: ApiContext, additions: Additions, side: Side): void => {
  const noun = nouns[side];
  const address = `/api/${side}s`;
  const schemaOf = (bundle: ServedBundle) => additionSchema(side, bundle.takes[side]);
  const compile = createValidatorCompiler();
  const validators = new WeakMap<ServedBundle, ReturnType<typeof compile>>();
  /** By the bundle that answers now: a later one may have other fields than the document shows. */
  const validate: ReturnType<typeof compile> = (data) => {
    const bundle = source.current();
    checkFields(data, bundle, side, noun);
    checkContent(data, bundle, side, noun);
    const known =
      validators.get(bundle) ??
      compile({ ...{ schema: schemaOf(bundle), httpPart: 'body' }, method: 'POST', url: address });
    validators.set(bundle, known);
    return known(data);
  };

  app.post<{ Body: AdditionBody }>(
    address,
    {
      config: { scope: 'write' },
      bodyLimit: MOST_BODY_BYTES,
      schema: {
        operationId: `put_${side}`,
        summary: `A ${noun} that training has not seen, or a new state of one. Answered once it is on the disk`,
        body: schemaOf(source.current()),
        response: answers(additionAnswer(side), 'It is kept; lists have it once it is encoded.'),
      },
      // Before it, nobody knows whether the caller may write, or asks too often.
      preParsing: (_request, reply, _payload, done) => {
        reply.raw.once('finish', () => {
          if (reply.statusCode !== 200) {
            metrics.added(side, 'refused');
          }
        });
        done();
      },
      // The body is all there is to check.
      validatorCompiler: () => validate,
    },
    async (request, reply) => {
      const { user_id, item_id, features = {}, text = null, embedding = null } = request.body;
      const id = user_id ?? item_id ?? '';
      const bundle = source.current();
      const added = { side, id, features, text, embedding, received_at: timestamp() };
      const result = await additions.put(added, bundle.hasTrained);
      metrics.added(side, result);
      return uncached(reply).send({ [`${side}_id`]: id, result, request_id: request.id });
    },
  );

  app.delete<{ Params: { readonly id: string } }>(
    `${address}/:id`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: `erase_${side}`,
        summary: `Erase what was given online of a ${noun} from the lists and from the disk; events are erased for themselves`,
        params: idParams(`Id of the ${noun}.`),
        response: answers(erasedAdditionAnswer(side), 'It is gone.'),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const erased = await additions.erase(side, id);
      if (erased) {
        metrics.added(side, 'erased');
      }
      return uncached(reply).send({ [`${side}_id`]: id, erased, request_id: request.id });
    },
  );
};

export const addAdditionRoutes = (context: ApiContext, additions: Additions): void => {
  addSide(context, additions, 'user');
  addSide(context, additions, 'item');
};
