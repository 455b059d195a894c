import type { Environment } from '../config/env.ts';
import { openTracking } from './open-tracking.ts';

/** One try, without patience. */
const ONCE = { budgetMs: 0, firstDelayMs: 1, maxDelayMs: 1 };

/**
 * Asks for something that only a user who may log in gets. Throws SERVICE_UNREACHABLE where nobody answers, which may
 * pass; ENVIRONMENT_INVALID and UPSTREAM_REJECTED for what stays wrong however often it is tried.
 */
export const checkMlflow = async (environment: Environment, trackingUri: string): Promise<void> => {
  const tracking = openTracking(environment, trackingUri, { retry: ONCE });
  try {
    await tracking.checkLogin();
  } finally {
    await tracking.close();
  }
};
