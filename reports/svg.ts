/** SVG as text: elements, escaped. Pure functions; nothing refers to anything outside the file. */

type Attributes = Readonly<Record<string, string | number>>;

/** Characters that XML does not take at all, lone halves of surrogate pairs among them. */
const ILLEGAL = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Fit for XML and HTML, as text and as an attribute. */
export const escapeMarkup = (text: string): string =>
  text
    .replace(ILLEGAL, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Hundredths of a pixel are enough, and keep files small. */
const shown = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeMarkup(value);

/** `children` are markup already. */
export const element = (name: string, attributes: Attributes, ...children: readonly string[]): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${shown(value)}"`);
  return children.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${children.join('')}</${name}>`;
};

export const label = (text: string, x: number, y: number, attributes: Attributes = {}): string =>
  element('text', { x, y, ...attributes }, escapeMarkup(text));

export const path = (points: readonly (readonly [x: number, y: number])[], attributes: Attributes): string =>
  element('path', {
    d: points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${shown(x)} ${shown(y)}`).join(''),
    fill: 'none',
    ...attributes,
  });

/** The end of a text that is too long is left out. */
export const shortened = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
