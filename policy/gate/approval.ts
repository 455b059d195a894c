/** Whether a person has to approve, and until when. */
import type { GateConfig } from '../../contracts/experiment-config.ts';

const HOUR_MS = 3_600_000;

type ApprovalConfig = Pick<GateConfig, 'approval' | 'require_approval' | 'approval_timeout'>;

/** `require_approval` is the older way to say `approval: manual`. */
export const needsApproval = ({ approval, require_approval }: ApprovalConfig): boolean =>
  approval === 'manual' || require_approval === true;

/** null: it waits as long as it takes. */
export const approvalDeadline = ({ approval_timeout: hours }: ApprovalConfig, askedAtMs: number): number | null =>
  hours == null ? null : askedAtMs + hours * HOUR_MS;
