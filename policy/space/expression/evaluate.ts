/** The value of a constraint for one trial. */
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import type { Arithmetic, Comparison, Expression } from './expression.ts';

/** The value of a config key in a trial. */
export type ReadKey = (key: string) => unknown;

const isEqual = (left: unknown, right: unknown): boolean => canonicalJson(left) === canonicalJson(right);

/** No number stands for null or a missing value: whatever is computed from it or ordered by it is false. */
const toNumber = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const compute = (operator: Arithmetic, left: number, right: number): number => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
};

const compare = (operator: Comparison, left: unknown, right: unknown): boolean => {
  switch (operator) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case '<':
      return toNumber(left) < toNumber(right);
    case '<=':
      return toNumber(left) <= toNumber(right);
    case '>':
      return toNumber(left) > toNumber(right);
    case '>=':
      return toNumber(left) >= toNumber(right);
  }
};

/** Of an expression whose types were checked. A comparison with null, but for equality, is false. */
export const evaluate = (expression: Expression, read: ReadKey): unknown => {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'key':
      return read(expression.key);
    case 'list':
      return expression.items.map((item) => evaluate(item, read));
    case 'not':
      return evaluate(expression.operand, read) !== true;
    case 'negate':
      return -toNumber(evaluate(expression.operand, read));
    case 'and':
      return evaluate(expression.left, read) === true && evaluate(expression.right, read) === true;
    case 'or':
      return evaluate(expression.left, read) === true || evaluate(expression.right, read) === true;
    case 'in': {
      const value = evaluate(expression.left, read);
      const list = evaluate(expression.right, read);
      return Array.isArray(list) && list.some((item) => isEqual(item, value));
    }
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, read), evaluate(expression.right, read));
    case 'compute':
      return compute(
        expression.operator,
        toNumber(evaluate(expression.left, read)),
        toNumber(evaluate(expression.right, read)),
      );
  }
};
