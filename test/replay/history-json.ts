/**
 * Histories as JSON that people can compare. The SDK's own converters need all of its packages to share one copy of
 * protobufjs, which is not so where another package asks for an older one.
 */
import proto, { type temporal } from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;

type History = temporal.api.history.v1.IHistory;

export const writeHistory = (workflowId: string, history: History): string => {
  const plain = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  // Stacks name folders of the machine, and no workflow reads them.
  const withoutStacks = (key: string, value: unknown): unknown => (key === 'stackTrace' ? '' : value);
  return `${JSON.stringify({ workflowId, history: plain }, withoutStacks, 1)}\n`;
};

export const readHistory = (text: string): { readonly workflowId: string; readonly history: History } => {
  const { workflowId, history } = JSON.parse(text) as { workflowId: string; history: Record<string, unknown> };
  return { workflowId, history: History.fromObject(history) };
};
