/** Draws lines, and hands on keys. */
import { Box, Text, useInput } from 'ink';
import { memo } from 'react';
import { printable } from '../../../contracts/printable.ts';
import type { KeyName } from '../core/keys.ts';
import { isSameLine, type Line } from '../core/line.ts';
import { keyNames } from './key-names.ts';
import { styleOf, type Theme } from './theme.ts';

export interface DashboardViewProps {
  readonly lines: readonly Line[];
  readonly theme: Theme;
  readonly onKeys: (keys: readonly KeyName[]) => void;
}

/** Always one row; drawn anew only where it has changed. */
const Row = memo(
  ({ line, theme }: { readonly line: Line; readonly theme: Theme }) => (
    <Text wrap="truncate-end">
      {line.every(({ text }) => text === '')
        ? ' '
        : line.map(({ text, role }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other name, and no state
            <Text key={place} {...styleOf(theme, role)}>
              {printable(text)}
            </Text>
          ))}
    </Text>
  ),
  (before, after) => before.theme === after.theme && isSameLine(before.line, after.line),
);

const Keys = ({ onKeys }: Pick<DashboardViewProps, 'onKeys'>) => {
  useInput((input, key) => onKeys(keyNames(input, key)));
  return null;
};

export const DashboardView = ({ lines, theme, onKeys }: DashboardViewProps) => (
  <Box flexDirection="column">
    <Keys onKeys={onKeys} />
    {lines.map((line, place) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
      <Row key={place} line={line} theme={theme} />
    ))}
  </Box>
);
