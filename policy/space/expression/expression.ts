/** Constraints as trees: what the parser makes and the evaluator walks. */
import { TtExpError } from '../../../contracts/errors.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/';

/** `column` is the place in the text, from 1. */
export type Expression = { readonly column: number } & (
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'not' | 'negate'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or' | 'in'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compute'; readonly operator: Arithmetic; readonly left: Expression; readonly right: Expression }
);

/** What is wrong with the text of a constraint; `details` has the parts of the message. */
export const malformedExpression = (column: number, found: string, expected: string): TtExpError =>
  new TtExpError('CONFIG_INVALID', `column ${column}: got ${found}, expected ${expected}`, {
    hint: 'For example: "training.batch_size * model.embedding_dim <= 65536".',
    details: { column, found, expected },
  });

/** Every config key that an expression mentions. */
export const keysOf = (expression: Expression): readonly string[] => {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'key':
      return [expression.key];
    case 'list':
      return expression.items.flatMap(keysOf);
    case 'not':
    case 'negate':
      return keysOf(expression.operand);
    default:
      return [...keysOf(expression.left), ...keysOf(expression.right)];
  }
};
