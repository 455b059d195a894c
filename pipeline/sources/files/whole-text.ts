/** The beginning of a text file, and whether the file is whole. DuckDB takes what is left of a broken gzip file, and drops a last row in open quotes. */
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { TtExpError } from '../../../contracts/errors.ts';

/** How a text file is written. */
export interface TextLayout {
  readonly delimiter: string;
  readonly quote: string;
  readonly encoding: 'utf-8' | 'latin-1' | 'utf-16';
  /** Comments, and what lies between them, ahead of the first row. */
  readonly skippedLines: number;
}

/** A character per byte, so that no text is decoded; but for UTF-16, of which each half is one. */
const decodingOf = ({ encoding }: TextLayout): 'latin1' | 'utf16le' => (encoding === 'utf-16' ? 'utf16le' : 'latin1');

async function* textsOf(file: string, decoding: 'latin1' | 'utf16le'): AsyncGenerator<string> {
  const decoder = new StringDecoder(decoding);
  const source = createReadStream(file, { highWaterMark: 2 ** 20 });
  const stream = /\.gz$/i.test(file) ? source.pipe(createGunzip()) : source;
  source.once('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) {
      yield decoder.write(chunk);
    }
  } catch (error) {
    throw new TtExpError(
      'DATA_INVALID',
      `data.source: ${file} cannot be read to its end (${error instanceof Error ? error.message : String(error)})`,
      { hint: 'Copy or compress the file again: part of it is missing or damaged.', cause: error },
    );
  } finally {
    source.destroy();
  }
}

/**
 * The beginning of the file, a character per byte: the first million at least, and more while no line has ended. Not read
 * by DuckDB, which looks ahead: whether it meets a text later in the file that it cannot decode is a matter of chance.
 */
export const firstText = async (file: string): Promise<{ readonly text: string; readonly isWhole: boolean }> => {
  let text = '';
  for await (const part of textsOf(file, 'latin1')) {
    text += part;
    if (text.length >= 2 ** 20 && /[^\r\n\0]\0?[\r\n]/.test(text)) {
      return { text, isWhole: false };
    }
  }
  return { text, isWhole: true };
};

/** Number of characters before the quote that is never closed; null where there is none. */
const findOpenQuote = async (file: string, csv: TextLayout): Promise<number | null> => {
  const decoding = decodingOf(csv);
  const asRead = (text: string): string => (decoding === 'latin1' ? Buffer.from(text).toString('latin1') : text);
  const quote = asRead(csv.quote);
  const starts = new Set(['\n', '\r', asRead(csv.delimiter).slice(-1)]);
  let openedAt: number | null = null;
  let isUndecided = false;
  let before = '\n';
  let offset = 0;
  let commentLines = csv.skippedLines;
  for await (const text of textsOf(file, decoding)) {
    let index = 0;
    // Quotes of comments open nothing.
    for (; commentLines > 0; commentLines -= 1) {
      const end = text.slice(index).search(/\n|\r(?!\n)/);
      if (end === -1) {
        index = text.length;
        break;
      }
      index += end + 1;
    }
    if (isUndecided && text !== '') {
      isUndecided = false;
      if (text.startsWith(quote)) {
        index = quote.length;
      } else {
        openedAt = null;
      }
    }
    for (let found = text.indexOf(quote, index); found !== -1; found = text.indexOf(quote, index)) {
      index = found + quote.length;
      if (openedAt === null) {
        // Elsewhere in a field it is a character like any other.
        openedAt = starts.has(found === 0 ? before : (text[found - 1] ?? '')) ? offset + found : null;
      } else if (index === text.length) {
        isUndecided = true;
      } else if (text.startsWith(quote, index)) {
        index += quote.length;
      } else {
        openedAt = null;
      }
    }
    before = text.at(-1) ?? before;
    offset += text.length;
  }
  return isUndecided ? null : openedAt;
};

const lineAt = async (file: string, csv: TextLayout, end: number): Promise<number> => {
  let line = 1;
  let offset = 0;
  for await (const text of textsOf(file, decodingOf(csv))) {
    line += text.slice(0, Math.max(0, end - offset)).split('\n').length - 1;
    offset += text.length;
    if (offset >= end) {
      break;
    }
  }
  return line;
};

/** Throws DATA_INVALID for a compressed file that is cut off or damaged. */
export const checkCompressed = async (file: string): Promise<void> => {
  if (/\.gz$/i.test(file)) {
    for await (const _ of textsOf(file, 'latin1')) {
      // Only the end tells.
    }
  }
};

/** Throws DATA_INVALID for a file that is cut off or damaged, and for a quote that is never closed, with its line. */
export const checkWholeCsv = async (file: string, csv: TextLayout): Promise<void> => {
  if (csv.quote === '') {
    return checkCompressed(file);
  }
  const open = await findOpenQuote(file, csv);
  if (open !== null) {
    throw new TtExpError(
      'DATA_INVALID',
      `data.source: ${file}:${await lineAt(file, csv, open)} has a quote that is never closed, expected one before the end of the file`,
      { hint: 'Close it, or set "quote" to "" in "csv" if quotes are text: every row after it would be lost.' },
    );
  }
};
