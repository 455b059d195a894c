import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning that has at most `width` columns; letters of two columns and joined emoji stay whole. */
export const cutText = (text: string, width: number): string => {
  if (stringWidth(text) <= width) {
    return text;
  }
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = used + stringWidth(segment);
    if (next > Math.max(0, width - 1)) {
      break;
    }
    kept += segment;
    used = next;
  }
  return width > 0 ? `${kept}…` : '';
};

/** Exactly `width` columns, cut or filled with blanks. @param isLast nothing follows: not filled on the right */
export const fitText = (text: string, width: number, align: 'left' | 'right' = 'left', isLast = false): string => {
  const cut = cutText(text, width);
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(cut)));
  return align === 'right' ? blanks + cut : isLast ? cut : cut + blanks;
};
