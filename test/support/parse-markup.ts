/** A strict reader of the XML that plots and pages are made of; throws where it is not well-formed. */

export interface MarkupTag {
  readonly element: string;
  /** The tag as it stands. */
  readonly text: string;
}

const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [A-Za-z][A-Za-z0-9:-]*="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)(\/?)>/y;
const TEXT = /(?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+/y;
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Start tags in the order of the document. */
export const parseMarkup = (markup: string): readonly MarkupTag[] => {
  const open: string[] = [];
  const tags: MarkupTag[] = [];
  const fail = (what: string, at: number): never => {
    throw new Error(`${what} at ${at}: ${markup.slice(at, at + 60)}`);
  };
  if (FORBIDDEN.test(markup)) {
    fail('a character that XML forbids', markup.search(FORBIDDEN));
  }
  for (let at = 0; at < markup.length; ) {
    TAG.lastIndex = at;
    TEXT.lastIndex = at;
    const tag = TAG.exec(markup);
    const [text] = tag ?? TEXT.exec(markup) ?? fail('no tag and no text', at);
    if (tag !== null) {
      const [, isEnd, element = '', attributes = '', isEmpty] = tag;
      const names = [...attributes.matchAll(/ ([A-Za-z][A-Za-z0-9:-]*)=/g)].map(([, name]) => name);
      if (new Set(names).size < names.length) {
        fail('an attribute twice', at);
      }
      if (isEnd === '/') {
        if (open.pop() !== element) {
          fail('an end without its start', at);
        }
      } else {
        if (tags.length > 0 && open.length === 0) {
          fail('a second root', at);
        }
        tags.push({ element, text });
        if (isEmpty !== '/') {
          open.push(element);
        }
      }
    } else if (open.length === 0) {
      fail('text outside the root', at);
    }
    at += text?.length ?? 1;
  }
  if (open.length > 0) {
    fail(`no end of ${open.join(', ')}`, markup.length);
  }
  return tags;
};
