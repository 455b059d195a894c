/** Texts of a page as tables, paragraphs and lists; everything given is text and gets escaped. */
import { element, escapeMarkup } from './svg.ts';

/** `params`: long, may be broken between lines. */
export interface Cell {
  readonly text: string;
  readonly kind?: 'number' | 'number best' | 'best' | 'params';
}

const cell = (tag: 'th' | 'td', { text, kind }: Cell): string =>
  element(tag, kind === undefined ? {} : { class: kind }, escapeMarkup(text));

const row = (tag: 'th' | 'td', cells: readonly Cell[]): string =>
  element('tr', {}, ...cells.map((one) => cell(tag, one)));

export const table = (titles: readonly Cell[], rows: readonly (readonly Cell[])[]): string =>
  element(
    'table',
    {},
    element('thead', {}, row('th', titles)),
    element('tbody', {}, rows.map((cells) => row('td', cells)).join('\n')),
  );

export const heading = (text: string): string => element('h2', {}, escapeMarkup(text));

export const paragraph = (text: string): string => element('p', {}, escapeMarkup(text));

export const list = (texts: readonly string[]): string =>
  element('ul', {}, ...texts.map((text) => element('li', {}, escapeMarkup(text))));
