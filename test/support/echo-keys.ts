/** Draws the names of the keys that are pressed, until `q`, on this process's own terminal. */
import type { KeyName } from '../../ui-cli/dashboard/core/keys.ts';
import { lineOf } from '../../ui-cli/dashboard/core/line.ts';
import { openDrawing } from '../../ui-cli/dashboard/program/drawing.tsx';
import { NO_COLOURS } from '../../ui-cli/dashboard/program/theme.ts';

const pressed: KeyName[] = [];
const drawing = openDrawing({
  ...{ stdin: process.stdin, stream: process.stdout, theme: NO_COLOURS, now: () => performance.now() },
  lines: () => [lineOf(`key ${pressed.length}: ${pressed.at(-1) ?? 'none'}`)],
  onKeys: (keys) => {
    pressed.push(...keys);
    if (keys.includes('q')) {
      drawing.close();
      process.exit(0);
    }
    drawing.draw();
  },
  onResize: () => undefined,
  onError: (error) => {
    throw error;
  },
});
