/** Name, bar and a note on one line. */
import { Box, Text } from 'ink';
import { Bar } from './bar.tsx';
import { barWidth, NAME_WIDTH } from './layout.ts';
import type { Theme } from './theme.ts';

export interface RowProps {
  readonly name: string;
  readonly fraction: number;
  readonly note: string;
  readonly columns: number;
  readonly theme: Theme;
}

export const Row = ({ name, fraction, note, columns, theme }: RowProps) => {
  const width = barWidth(columns);
  return (
    <Box>
      <Text>{name.slice(0, NAME_WIDTH - 1).padEnd(NAME_WIDTH)}</Text>
      <Bar fraction={fraction} width={width} theme={theme} />
      <Text wrap="truncate-end">{` ${note}`}</Text>
    </Box>
  );
};
