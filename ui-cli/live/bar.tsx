/** A horizontal bar that is full to a share of its width. */
import { Text } from 'ink';
import { inColour, type Theme } from './theme.ts';

export interface BarProps {
  /** In [0, 1]. */
  readonly fraction: number;
  /** In characters. */
  readonly width: number;
  readonly theme: Theme;
}

export const Bar = ({ fraction, width, theme }: BarProps) => {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return (
    <Text>
      <Text {...inColour(fraction >= 1 ? theme.done : theme.active)}>{'█'.repeat(full)}</Text>
      <Text dimColor={theme.isDim}>{'░'.repeat(width - full)}</Text>
    </Text>
  );
};
