/** A user or item that somebody gives as JSON, in the canonical form that sources are brought to. */
import type { RawRow } from '../../contracts/row-encoding.ts';

/** As DuckDB's trim, which takes away space separators and no line breaks. */
export const trimSpaces = (text: string): string => text.replace(/^\p{Zs}+|\p{Zs}+$/gu, '');

type Features = RawRow['features'];

const canonicalValue = (value: Features[string]): Features[string] => {
  if (typeof value === 'string') {
    return trimSpaces(value) || null;
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return [...new Set(value.map(trimSpaces))].filter((entry) => entry !== '').sort();
};

/** What the text encoder reads of a row; null where there is nothing to read. */
export const canonicalText = ({ text }: Pick<RawRow, 'text'>): string | null => trimSpaces(text ?? '') || null;

export const canonicalFields = ({ features }: Pick<RawRow, 'features'>): Features =>
  Object.fromEntries(Object.entries(features).map(([name, value]) => [name, canonicalValue(value)]));
