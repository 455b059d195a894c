/** The steps that an experiment waits for, as the server tells of them: attempts, and what the last one failed with. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { PendingStep } from '../contracts/experiment.ts';

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>;

const NAMES: Readonly<Partial<Record<string, string>>> = { blessCandidate: 'blessing' };

/** `evaluateBest`: `evaluate best` */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const pendingSteps = (pending: Pending | null | undefined): readonly PendingStep[] =>
  (pending ?? []).flatMap(({ activityId, activityType, attempt, maximumAttempts, lastFailure }) => {
    const name = activityType?.name;
    if (name == null) {
      return [];
    }
    const code = lastFailure?.applicationFailureInfo?.type;
    return [
      {
        ...{ id: activityId ?? name, name: NAMES[name] ?? wordsOf(name), attempt: attempt ?? 1 },
        mostAttempts: maximumAttempts || null,
        lastError: lastFailure == null ? null : `${code ? `${code}: ` : ''}${lastFailure.message ?? ''}`,
      },
    ];
  });
