/**
 * Filters as people type them: words that a row must contain, and conditions on its fields, all of which hold:
 * `loss=bpr lr<0.001 failed`. Pure.
 */
export type FieldValue = string | number | boolean | null;
export type Fields = Readonly<Record<string, FieldValue>>;

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

interface Condition {
  readonly field: string;
  readonly operator: Operator;
  readonly wanted: string;
}

export interface Filter {
  /** Lower case. */
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
}

const CONDITION = /^([\p{L}\w.@-]+)(!=|<=|>=|=|<|>|~)(.+)$/u;

export const parseFilter = (text: string): Filter => {
  const words: string[] = [];
  const conditions: Condition[] = [];
  for (const token of text.split(/\s+/).filter((part) => part !== '')) {
    const [, field, operator, wanted] = CONDITION.exec(token) ?? [];
    if (field === undefined || operator === undefined || wanted === undefined) {
      words.push(token.toLowerCase());
    } else {
      conditions.push({ field: field.toLowerCase(), operator: operator as Operator, wanted });
    }
  }
  return { words, conditions };
};

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
const initials = (name: string): string =>
  lastPart(name)
    .split('_')
    .map((part) => part.slice(0, 1))
    .join('');

/** The field that somebody means: by its name, the last part of it (`learning_rate`), its initials (`lr`), or its beginning. */
export const fieldMeant = (text: string, fields: readonly string[]): string | null => {
  const wanted = text.toLowerCase();
  const ways: readonly ((name: string) => boolean)[] = [
    (name) => name === wanted,
    (name) => lastPart(name) === wanted,
    (name) => wanted.length > 1 && initials(name) === wanted,
    (name) => name.startsWith(wanted),
    (name) => lastPart(name).startsWith(wanted),
  ];
  for (const isMeant of ways) {
    const found = fields.find((name) => isMeant(name.toLowerCase()));
    if (found !== undefined) {
      return found;
    }
  }
  return null;
};

const problemOf = ({ field, operator, wanted }: Condition, fields: readonly string[]): string | null => {
  const condition = `${field}${operator}${wanted}`;
  if (/^[=!<>~]/.test(wanted)) {
    return `${condition} is no condition: write it as lr<0.001 or loss=bpr`;
  }
  if (fieldMeant(field, fields) === null) {
    return `no field ${field}; there are ${fields.join(', ')}`;
  }
  return /^[<>]/.test(operator) && Number.isNaN(Number(wanted))
    ? `${condition} compares with no number`
    : operator === '='
      ? `nothing is ${condition}; ${field}~${wanted} finds parts of words`
      : null;
};

/** Whether a filter looks at a field, by name or by a word that one of its texts contains. @param fields that rows have */
export const looksAt = (text: string, field: string, texts: readonly string[], fields: readonly string[]): boolean => {
  const { words, conditions } = parseFilter(text);
  return (
    conditions.some((condition) => fieldMeant(condition.field, fields) === field) ||
    words.some((word) => texts.some((one) => one.includes(word)))
  );
};

/** Why a filter that leaves no row does so. @param fields that rows have */
export const emptyReason = (text: string, fields: readonly string[]): string => {
  const { words, conditions } = parseFilter(text);
  const unfinished = words.find((word) => /^[\p{L}\w.@-]+[=!<>~]+$/u.test(word));
  if (unfinished !== undefined) {
    return `${unfinished} is no condition: a value is missing`;
  }
  const problems = conditions.flatMap((condition) => problemOf(condition, fields) ?? []);
  return problems[0] ?? 'no row is so';
};

const compare = (value: FieldValue, operator: Operator, wanted: string): boolean => {
  const text = String(value ?? '').toLowerCase();
  const number = Number(wanted);
  const isNumeric = typeof value === 'number' && !Number.isNaN(number);
  switch (operator) {
    case '=':
      return isNumeric ? value === number : text === wanted.toLowerCase();
    case '!=':
      return isNumeric ? value !== number : text !== wanted.toLowerCase();
    case '~':
      return text.includes(wanted.toLowerCase());
    case '<':
      return isNumeric && value < number;
    case '<=':
      return isNumeric && value <= number;
    case '>':
      return isNumeric && value > number;
    case '>=':
      return isNumeric && value >= number;
  }
};

/** @param text all that a row shows, in which the words are looked for */
export const isMatch = ({ words, conditions }: Filter, fields: Fields, text: string): boolean => {
  const shown = text.toLowerCase();
  const names = Object.keys(fields);
  return (
    words.every((word) => shown.includes(word)) &&
    conditions.every(({ field, operator, wanted }) => {
      const name = fieldMeant(field, names);
      return name !== null && compare(fields[name] ?? null, operator, wanted);
    })
  );
};
