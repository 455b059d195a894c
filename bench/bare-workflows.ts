/** The cheapest fan-out that Temporal has, beside the real workflows: children that do nothing. */
import { executeChild, workflowInfo } from '@temporalio/workflow';

export * from '../workflows/index.ts';

export async function bareChild(): Promise<void> {}

export async function bareParent({ count, parallel }: { count: number; parallel: number }): Promise<void> {
  const { workflowId } = workflowInfo();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await executeChild(bareChild, { workflowId: `${workflowId}/${index}` });
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
}
