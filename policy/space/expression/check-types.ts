/** Whether a constraint means anything: numbers are computed with, likes are compared with likes, the whole is true or false. */
import { type Expression, malformedExpression } from './expression.ts';

export type ValueType = 'number' | 'text' | 'boolean' | 'list' | 'null';

const NAMES: Readonly<Record<ValueType, string>> = {
  number: 'a number',
  text: 'a text',
  boolean: 'true or false',
  list: 'a list',
  null: 'null',
};

/** The type of a config key; throws for one that does not exist. */
export type TypeOfKey = (key: string, column: number) => ValueType;

const requireType = (expression: Expression, wanted: ValueType, typeOfKey: TypeOfKey): void => {
  const type = typeOf(expression, typeOfKey);
  if (type !== wanted) {
    throw malformedExpression(expression.column, NAMES[type], NAMES[wanted]);
  }
};

const typeOfLiteral = (value: number | string | boolean | null): ValueType =>
  value === null ? 'null' : typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean');

const typeOf = (expression: Expression, typeOfKey: TypeOfKey): ValueType => {
  switch (expression.kind) {
    case 'literal':
      return typeOfLiteral(expression.value);
    case 'key':
      return typeOfKey(expression.key, expression.column);
    case 'list':
      for (const item of expression.items) {
        typeOf(item, typeOfKey);
      }
      return 'list';
    case 'not':
      requireType(expression.operand, 'boolean', typeOfKey);
      return 'boolean';
    case 'negate':
      requireType(expression.operand, 'number', typeOfKey);
      return 'number';
    case 'and':
    case 'or':
      requireType(expression.left, 'boolean', typeOfKey);
      requireType(expression.right, 'boolean', typeOfKey);
      return 'boolean';
    case 'in':
      typeOf(expression.left, typeOfKey);
      requireType(expression.right, 'list', typeOfKey);
      return 'boolean';
    case 'compute':
      requireType(expression.left, 'number', typeOfKey);
      requireType(expression.right, 'number', typeOfKey);
      return 'number';
    case 'compare': {
      const isOrder = expression.operator !== '==' && expression.operator !== '!=';
      const left = typeOf(expression.left, typeOfKey);
      if (isOrder) {
        requireType(expression.left, 'number', typeOfKey);
      }
      const right = typeOf(expression.right, typeOfKey);
      if (isOrder || (left !== 'null' && right !== 'null')) {
        requireType(expression.right, left, typeOfKey);
      }
      return 'boolean';
    }
  }
};

/** Throws CONFIG_INVALID, with column, found and expected in its details. */
export const checkTypes = (expression: Expression, typeOfKey: TypeOfKey): void => {
  const type = typeOf(expression, typeOfKey);
  if (type !== 'boolean') {
    throw malformedExpression(expression.column, NAMES[type], 'a comparison, such as "training.batch_size <= 512"');
  }
};
