/** What the doctor and a start do about runs that stay open in MLflow. */
import { TtExpError, toErrorRecord } from '../contracts/errors.ts';
import type { OpenRunsReport } from '../contracts/open-runs.ts';
import type { DoctorCheck, ProgressSink, ServiceAddresses } from '../contracts/services.ts';

export interface OpenRunsProbes {
  /** Throws SERVICE_UNREACHABLE where a server is not up. */
  readonly addresses: () => Promise<ServiceAddresses>;
  readonly reconcile: (addresses: ServiceAddresses) => Promise<OpenRunsReport>;
}

export interface OpenRunsFindings {
  /** null where nobody could look. */
  readonly runs: OpenRunsReport | null;
  readonly checks: readonly DoctorCheck[];
}

const check = (status: DoctorCheck['status'], chosen: string, remedy: string | null): DoctorCheck => ({
  part: 'open runs',
  chosen,
  version: null,
  address: null,
  status,
  remedy,
});

const checkRuns = ({ isRepaired, abandoned, left }: OpenRunsReport): DoctorCheck => {
  const others = left.length === 0 ? '' : `, ${left.length} left alone`;
  if (isRepaired) {
    return check('ok', `${abandoned.length} closed${others}`, null);
  }
  return abandoned.length === 0
    ? check('ok', `none is abandoned${others}`, null)
    : check('warn', `${abandoned.length} whose workflow is gone${others}`, 'Close them: `tt-exp doctor --repair`.');
};

/** Where nothing is to be repaired, a server that is not up is no failure: nobody looks. */
export const checkOpenRuns = async (probes: OpenRunsProbes, isRepair: boolean): Promise<OpenRunsFindings> => {
  const addresses = await probes.addresses().catch((error: unknown) => {
    if (error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE' && !isRepair) {
      return null;
    }
    throw error;
  });
  if (addresses === null) {
    return { runs: null, checks: [] };
  }
  try {
    const runs = await probes.reconcile(addresses);
    return { runs, checks: [checkRuns(runs)] };
  } catch (error) {
    if (error instanceof TtExpError && !isRepair) {
      return { runs: null, checks: [check('warn', `not looked at: ${error.message}`, error.hint ?? null)] };
    }
    throw error;
  }
};

/** As part of a start: tells what was closed, and never fails it. */
export const closeAbandoned = async (
  reconcile: () => Promise<OpenRunsReport>,
  progress: ProgressSink,
): Promise<void> => {
  const tell = (message: string): void => progress({ part: 'mlflow', step: 'notice', message });
  try {
    const { abandoned } = await reconcile();
    for (const { name, runId, reason } of abandoned) {
      tell(`closed run ${name} (${runId}): ${reason}`);
    }
  } catch (error) {
    tell(`could not look for abandoned runs: ${toErrorRecord(error).message}`);
  }
};
