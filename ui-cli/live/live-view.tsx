/** Draws the live view: its notices once, above the lines that change. */
import { Box, Static, Text, useInput } from 'ink';
import { printable } from '../../contracts/printable.ts';
import { frameOf } from './frame.ts';
import type { Line } from './line.ts';
import type { LiveKey } from './live-keys.ts';
import type { LiveState } from './live-state.ts';
import { styleOf, type Theme } from './theme.ts';

export interface LiveViewProps {
  readonly state: LiveState;
  readonly theme: Theme;
  /** False where stdin is no terminal: no keys then. */
  readonly hasKeys: boolean;
  readonly onKey: (key: LiveKey) => void;
}

const KEYS: Readonly<Record<string, LiveKey>> = {
  q: 'detach',
  c: 'cancel',
  y: 'yes',
  n: 'no',
  p: 'pause',
  '+': 'more',
  '=': 'more',
  '-': 'fewer',
  x: 'cancel-trial',
  r: 'retry',
};

const Keys = ({ onKey }: Pick<LiveViewProps, 'onKey'>) => {
  useInput((input, key) => {
    const arrow = key.upArrow ? 'up' : key.downArrow ? 'down' : undefined;
    const named = key.escape ? 'no' : (arrow ?? KEYS[input.toLowerCase()]);
    const pressed = key.ctrl && input === 'c' ? 'detach' : named;
    if (pressed !== undefined && (!key.ctrl || input === 'c')) {
      onKey(pressed);
    }
  });
  return null;
};

/** Always one row. */
const Row = ({ line, theme }: { readonly line: Line; readonly theme: Theme }) => (
  <Text wrap="truncate-end">
    {line.map(({ text, role }, place) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other name, and no state
      <Text key={place} {...styleOf(theme, role)}>
        {printable(text)}
      </Text>
    ))}
  </Text>
);

export const LiveView = ({ state, theme, hasKeys, onKey }: LiveViewProps) => (
  <Box flexDirection="column">
    {hasKeys && <Keys onKey={onKey} />}
    <Static items={[...state.notices]}>{(notice) => <Text key={notice}>{printable(notice)}</Text>}</Static>
    {frameOf(state, hasKeys).lines.map((line, place) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
      <Row key={place} line={line} theme={theme} />
    ))}
  </Box>
);
