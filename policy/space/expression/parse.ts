/** From the text of a constraint to its tree, by recursive descent; there is no way from the text to running code. */
import { type Arithmetic, type Comparison, type Expression, malformedExpression } from './expression.ts';
import { type Token, tokenize } from './tokens.ts';

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='] satisfies readonly Comparison[];

/** Parentheses within parentheses; far beyond what anybody writes, and far from the end of the stack. */
const MAX_DEPTH = 50;

const describeToken = ({ kind, text }: Token): string => (kind === 'end' ? 'the end' : JSON.stringify(text));

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#next.kind !== 'end') {
      throw this.#unexpected('an operator or the end');
    }
    return expression;
  }

  get #next(): Token {
    // The last token is the end, which is never passed.
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', column: 1 };
  }

  #unexpected(expected: string) {
    return malformedExpression(this.#next.column, describeToken(this.#next), expected);
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #isNext(kind: 'word' | 'symbol', ...texts: readonly string[]): boolean {
    return this.#next.kind === kind && texts.includes(this.#next.text);
  }

  #expect(symbol: string): void {
    if (!this.#isNext('symbol', symbol)) {
      throw this.#unexpected(`"${symbol}" or an operator`);
    }
    this.#at += 1;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#isNext('word', 'or')) {
      const { column } = this.#take();
      left = { kind: 'or', column, left, right: this.#and() };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#isNext('word', 'and')) {
      const { column } = this.#take();
      left = { kind: 'and', column, left, right: this.#not() };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#isNext('word', 'not')) {
      return this.#comparison();
    }
    const { column } = this.#take();
    return this.#nested(() => ({ kind: 'not', column, operand: this.#not() }));
  }

  #comparison(): Expression {
    const left = this.#sum();
    if (this.#isNext('symbol', ...COMPARISONS)) {
      const { text, column } = this.#take();
      return { kind: 'compare', operator: text as Comparison, column, left, right: this.#sum() };
    }
    const negation = this.#isNext('word', 'not') ? this.#take() : null;
    if (this.#isNext('word', 'in')) {
      const { column } = this.#take();
      const found: Expression = { kind: 'in', column, left, right: this.#sum() };
      return negation === null ? found : { kind: 'not', column: negation.column, operand: found };
    }
    if (negation !== null) {
      throw this.#unexpected('"in"');
    }
    return left;
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.#isNext('symbol', '+', '-')) {
      const { text, column } = this.#take();
      left = { kind: 'compute', operator: text as Arithmetic, column, left, right: this.#product() };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#sign();
    while (this.#isNext('symbol', '*', '/')) {
      const { text, column } = this.#take();
      left = { kind: 'compute', operator: text as Arithmetic, column, left, right: this.#sign() };
    }
    return left;
  }

  #sign(): Expression {
    if (!this.#isNext('symbol', '-')) {
      return this.#operand();
    }
    const { column } = this.#take();
    return this.#nested(() => ({ kind: 'negate', column, operand: this.#sign() }));
  }

  #operand(): Expression {
    const { kind, text, column } = this.#next;
    if (kind === 'number' || kind === 'text') {
      this.#at += 1;
      return { kind: 'literal', column, value: kind === 'number' ? Number(text) : text };
    }
    if (kind === 'key') {
      this.#at += 1;
      return { kind: 'key', column, key: text };
    }
    if (this.#isNext('word', 'true', 'false', 'null')) {
      this.#at += 1;
      return { kind: 'literal', column, value: text === 'null' ? null : text === 'true' };
    }
    if (this.#isNext('symbol', '(')) {
      this.#at += 1;
      const inner = this.#nested(() => this.#or());
      this.#expect(')');
      return inner;
    }
    if (this.#isNext('symbol', '[')) {
      this.#at += 1;
      return this.#nested(() => this.#list(column));
    }
    throw this.#unexpected('a key, number, quoted text or "("');
  }

  #list(column: number): Expression {
    const items: Expression[] = [];
    while (!this.#isNext('symbol', ']')) {
      items.push(this.#sum());
      if (!this.#isNext('symbol', ',')) {
        break;
      }
      this.#at += 1;
    }
    this.#expect(']');
    return { kind: 'list', column, items };
  }

  #nested(parse: () => Expression): Expression {
    if (this.#depth >= MAX_DEPTH) {
      throw malformedExpression(this.#next.column, `more than ${MAX_DEPTH} levels`, 'fewer parentheses');
    }
    this.#depth += 1;
    const expression = parse();
    this.#depth -= 1;
    return expression;
  }
}

/**
 * Numbers, texts in single or double quotes, `true`, `false`, `null`, dotted config keys; `+ - * /`, comparisons, `in`
 * and `not in` with a list in brackets, `not`, `and`, `or`, parentheses, binding in the order named here. Throws
 * CONFIG_INVALID, with column, found and expected in its details.
 */
export const parseExpression = (source: string): Expression => new Parser(source).parse();
