// Makes the pictures of the full screen in docs/images, from a real terminal (tmux) to SVG. Needs tmux, a build, and a
// home in which an experiment runs and has a few trials behind it. Usage: TT_EXP_HOME=... node scripts/capture-screens.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const [COLUMNS, ROWS] = [118, 34];
const [CELL, LINE, SIZE, MARGIN] = [8.4, 18, 14, 14];
const FOREGROUND = '#d5d8df';
const BACKGROUND = '#16181d';
const LIMIT_MS = 60_000;

/** One row of `keys` and what must be seen after them; those with a name are drawn. */
const SCENES = [
  { keys: [], see: /experiments \(\d+/ },
  { keys: ['Enter'], see: /\[curves\]/ },
  { keys: ['P', 'j', 'P', 'j'], see: /[⠀-⣿]/u, name: 'screen-experiment' },
  { keys: ['v', 'v', 'v', 'v'], see: / CPU .* memory/, name: 'screen-work' },
];

const ANSI = ['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#d5d8df'];

const colourOf = (index) => {
  if (index < 16) {
    return ANSI[index % 8];
  }
  const cube = [0, 95, 135, 175, 215, 255];
  const at = index - 16;
  const parts =
    index > 231
      ? Array(3).fill(8 + 10 * (index - 232))
      : [at / 36, (at / 6) % 6, at % 6].map((i) => cube[Math.floor(i)]);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
};

/** The style after `ESC [ codes m`. */
const styled = (before, codes) => {
  let style = before;
  for (let place = 0; place < codes.length; place += 1) {
    const code = codes[place];
    if (code === 0) {
      style = {};
    } else if (code === 1 || code === 2 || code === 7) {
      style = { ...style, [{ 1: 'isBold', 2: 'isDim', 7: 'isReversed' }[code]]: true };
    } else if (code === 22) {
      style = { ...style, isBold: false, isDim: false };
    } else if (code === 27) {
      style = { ...style, isReversed: false };
    } else if (code === 38 && codes[place + 1] === 5) {
      style = { ...style, colour: colourOf(codes[place + 2]) };
      place += 2;
    } else if (code === 39 || code === 49) {
      style = code === 39 ? { ...style, colour: undefined } : style;
    } else if (code >= 30 && code <= 37) {
      style = { ...style, colour: ANSI[code - 30] };
    } else if (code >= 90 && code <= 97) {
      style = { ...style, colour: ANSI[code - 90] };
    } else {
      throw new Error(`a style that is not drawn yet: ${codes.join(';')}`);
    }
  }
  return style;
};

/** Blanks that no reader of SVG joins. */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');

/** Each piece stands at its own column, whatever font a reader has. */
const piece = (text, column, row, { colour = FOREGROUND, isBold, isDim, isReversed }) => {
  const width = stringWidth(text);
  const [x, y] = [(MARGIN + column * CELL).toFixed(1), MARGIN + row * LINE];
  const box = isReversed
    ? `<rect x="${x}" y="${y}" width="${(width * CELL).toFixed(1)}" height="${LINE}" fill="${colour}"/>`
    : '';
  const style = `${isBold ? ' font-weight="bold"' : ''}${isDim ? ' opacity="0.6"' : ''}`;
  const drawn =
    text.trim() === ''
      ? ''
      : `<text x="${x}" y="${y + SIZE}" textLength="${(width * CELL).toFixed(1)}" fill="${isReversed ? BACKGROUND : colour}"${style}>${escaped(text)}</text>`;
  return box + drawn;
};

const svgOf = (screen) => {
  let style = {};
  const pieces = screen
    .split('\n')
    .slice(0, ROWS)
    .flatMap((line, row) => {
      let column = 0;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read
      return [...line.matchAll(/\u001b\[([\d;]*)m|[^\u001b]+/g)].map(([text, codes]) => {
        if (codes !== undefined) {
          style = styled(style, codes === '' ? [0] : codes.split(';').map(Number));
          return '';
        }
        const drawn = piece(text, column, row, style);
        column += stringWidth(text);
        return drawn;
      });
    });
  const [width, height] = [Math.ceil(2 * MARGIN + COLUMNS * CELL), 2 * MARGIN + ROWS * LINE];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${SIZE}"><rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>\n${pieces.filter((one) => one !== '').join('\n')}\n</svg>\n`;
};

const tmux = (...args) => execFileSync('tmux', ['-L', 'tt-exp-screens', ...args], { encoding: 'utf8' });
const capture = (...flags) => tmux('capture-pane', '-p', ...flags, '-t', 'screen');

const see = async (what) => {
  const endMs = Date.now() + LIMIT_MS;
  while (!what.test(capture())) {
    if (Date.now() > endMs) {
      throw new Error(`waited in vain for ${what}; on the screen:\n${capture()}`);
    }
    await sleep(200);
  }
};

const program = `${process.execPath} ${join(ROOT, 'dist/bin/tt-exp.js')} ui`;
tmux('new-session', '-d', '-s', 'screen', '-x', String(COLUMNS), '-y', String(ROWS), program);
try {
  const folder = join(ROOT, 'docs/images');
  mkdirSync(folder, { recursive: true });
  for (const { keys, see: what, name } of SCENES) {
    for (const key of keys) {
      tmux('send-keys', '-t', 'screen', key);
      await sleep(700);
    }
    await see(what);
    // What is asked for once the screen is open has come then.
    await sleep(3_000);
    if (name !== undefined) {
      writeFileSync(join(folder, `${name}.svg`), svgOf(capture('-e')));
    }
  }
} finally {
  tmux('kill-server');
}
