/** Provisioning and starting: the last report of each part. */
import { Box, Text } from 'ink';
import type { ServiceProgress } from '../runtime.ts';
import { Row } from './row.tsx';
import { inColour, type Theme } from './theme.ts';

export interface ServiceRowsProps {
  readonly services: readonly ServiceProgress[];
  readonly columns: number;
  readonly theme: Theme;
}

/** Parts that are ready fold into one line. */
export const ServiceRows = ({ services, columns, theme }: ServiceRowsProps) => {
  const ready = services.filter(({ step }) => step === 'ready').map(({ part }) => part);
  const busy = services.filter(({ step }) => step !== 'ready');
  return (
    <Box flexDirection="column">
      {ready.length > 0 && (
        <Text {...inColour(theme.done)} wrap="truncate-end">
          {`ready: ${ready.join(', ')}`}
        </Text>
      )}
      {busy.map(({ part, step, message, percent }) => (
        <Box key={part} flexDirection="column">
          <Row name={part} fraction={(percent ?? 0) / 100} note={step} columns={columns} theme={theme} />
          <Text dimColor={theme.isDim} wrap="truncate-end">{`  ${message}`}</Text>
        </Box>
      ))}
    </Box>
  );
};
