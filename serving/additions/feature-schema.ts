/** What may be said of a user or an item that is given online: by the encoder of the bundle, and the fields of its data. */
import { LARGEST_EMBEDDED } from '../../contracts/embedding-bound.ts';
import type { Side } from '../../contracts/row-encoding.ts';
import { LONGEST_ID } from '../../policy/serving/page-bounds.ts';
import type { LoadedBundle, SideInputs } from '../../registry/bundle/load-bundle.ts';

type Schema = Readonly<Record<string, unknown>>;

/** What one side of a bundle takes. */
export interface SideShape {
  readonly fields: readonly { readonly name: string; readonly kind: SideInputs['fields'][number]['kind'] | 'any' }[];
  readonly takesText: boolean;
  /** Width of the embedding that is given with a row; null where none is. */
  readonly embeddingDim: number | null;
}

/** Beyond it there is no float32, and no square of a float64: the data takes no larger ones either. */
const LARGEST_NUMBER = 1e38;
const MOST_VALUES = 100;
const LONGEST_TEXT = 20_000;

const TEXT = { type: 'string', maxLength: LONGEST_ID };
const TEXTS = { type: 'array', maxItems: MOST_VALUES, items: TEXT };
const NUMBER = { type: 'number', minimum: -LARGEST_NUMBER, maximum: LARGEST_NUMBER };

const VALUE: Readonly<Record<SideShape['fields'][number]['kind'], Schema>> = {
  categorical: { ...TEXT, type: ['string', 'null'] },
  multi_categorical: { ...TEXTS, type: ['array', 'null'] },
  numeric: { ...NUMBER, type: ['number', 'null'] },
  any: { anyOf: [{ ...TEXT, type: ['string', 'null'] }, TEXTS, NUMBER] },
};

export const shapeOf = ({ inputs, users, items }: LoadedBundle, side: Side): SideShape => {
  const { fields, textEncoder, textDim } = inputs[side];
  const encoded = new Set(fields.map(({ name }) => name));
  const others = [...(side === 'user' ? users : items).fields.keys()].filter((name) => !encoded.has(name));
  return {
    fields: [...fields, ...others.map((name) => ({ name, kind: 'any' as const }))],
    takesText: textEncoder !== null && textEncoder !== 'source',
    embeddingDim: textEncoder === 'source' ? textDim : null,
  };
};

/** Of a request's body: the id, then whatever is known, each of it optional. */
export const additionSchema = (side: Side, { fields, takesText, embeddingDim }: SideShape): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: [`${side}_id`],
  properties: {
    [`${side}_id`]: {
      type: 'string',
      minLength: 1,
      maxLength: LONGEST_ID,
      description:
        'One that training has not seen, as Unicode text: a surrogate without its other half is refused in any string.',
    },
    features: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(fields.map(({ name, kind }) => [name, VALUE[kind]])),
      description: 'By field of the data; what is missing counts as unknown.',
    },
    ...(takesText && {
      text: {
        type: 'string',
        maxLength: LONGEST_TEXT,
        description: 'Several columns of texts are joined by line breaks.',
      },
    }),
    ...(embeddingDim !== null && {
      embedding: {
        ...{ type: 'array', minItems: embeddingDim, maxItems: embeddingDim },
        items: { type: 'number', minimum: -LARGEST_EMBEDDED, maximum: LARGEST_EMBEDDED },
        description: 'As the source of the data brings it; larger numbers are no finite vector in float32.',
      },
    }),
  },
});
