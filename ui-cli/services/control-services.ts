/** `up`, `down`, `status` and `doctor`: the servers and workers behind experiments. */
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ProgressSink, ServicesStatus } from '../../contracts/services.ts';
import { createStops, type Stops } from '../command-line/stops.ts';
import { withProgress } from '../display/progress.ts';
import { formatDuration } from '../text/formats.ts';
import { printJson, printLines, toSnakeCase } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import { doctorLines } from './doctor-lines.ts';
import { followSteps, interruptedUp, type StepsSoFar } from './interrupted-up.ts';
import type { ServicesRuntime } from './services-runtime.ts';

export interface ServiceOptions {
  readonly isJson: boolean;
}

/** Whatever step has thrown: it was interrupted. A second Ctrl-C waits for nothing. */
const explainInterruption = async (
  { services }: ServicesRuntime,
  steps: StepsSoFar,
  { signal, forced }: Pick<Stops, 'signal' | 'forced'>,
  error: unknown,
): Promise<unknown> => {
  const { reason } = signal;
  if (!(reason instanceof TtExpError)) {
    return error;
  }
  const status = await Promise.race([services.status(), forced]).catch(() => null);
  return interruptedUp(steps.underway(), status, reason);
};

export const upServices = async (runtime: ServicesRuntime, { isJson }: ServiceOptions): Promise<number> => {
  const stops = createStops(runtime);
  const steps = followSteps();
  try {
    const { temporal, mlflow } = await withProgress(runtime, { name: 'up' }, ({ begin, service }) => {
      begin('working');
      const note: ProgressSink = (event) => {
        steps.note(event);
        service(event);
      };
      return Promise.race([runtime.services.up(note, stops.signal), stops.forced]);
    }).catch(async (error: unknown) => {
      throw stops.signal.aborted ? await explainInterruption(runtime, steps, stops, error) : error;
    });
    if (isJson) {
      printJson(runtime.io, { urls: { mlflow: mlflow.uri, temporal: temporal.uiUrl ?? temporal.address } });
    } else {
      const ui = temporal.uiUrl === null ? '' : `, web interface ${temporal.uiUrl}`;
      printLines(runtime.io.stdout, [`mlflow    ${mlflow.uri}`, `temporal  ${temporal.address}${ui}`]);
    }
    return EXIT.done;
  } finally {
    stops.dispose();
  }
};

export const downServices = async (runtime: ServicesRuntime, { isJson }: ServiceOptions): Promise<number> => {
  const { stopped } = await withProgress(runtime, { name: 'down' }, ({ begin, service }) => {
    begin('working');
    return runtime.services.down(service);
  });
  if (isJson) {
    printJson(runtime.io, { stopped });
  } else {
    printLines(runtime.io.stdout, [stopped.length === 0 ? 'nothing was running' : `stopped: ${stopped.join(', ')}`]);
  }
  return EXIT.done;
};

const statusLines = ({ home, supervisor, services }: ServicesStatus): readonly string[] => [
  `home ${home}`,
  `supervisor ${supervisor.elsewhere ?? supervisor.state}${supervisor.pid === null ? '' : `, pid ${supervisor.pid}`}, log ${supervisor.logFile}`,
  ...(services.length === 0
    ? ['no services: start them with `tt-exp up`']
    : formatTable(
        [
          { title: 'service' },
          { title: 'state' },
          { title: 'pid', align: 'right' },
          { title: 'version' },
          { title: 'up', align: 'right' },
          { title: 'restarts', align: 'right' },
          { title: 'address' },
        ],
        services.map(({ name, state, pid, version, uptimeSeconds, restarts, address, uiUrl }) => [
          name,
          state,
          pid === null ? '–' : String(pid),
          version ?? '–',
          uptimeSeconds === null ? '–' : formatDuration(uptimeSeconds),
          String(restarts),
          [address, uiUrl].filter((text) => text !== null).join('  '),
        ]),
      )),
  ...services.flatMap(({ name, lastError, logFile }) =>
    lastError === null ? [] : [`${name}: ${lastError}${logFile === null ? '' : `; log ${logFile}`}`],
  ),
];

export const showStatus = async (runtime: ServicesRuntime, { isJson }: ServiceOptions): Promise<number> => {
  const report = await runtime.services.status();
  if (isJson) {
    printJson(runtime.io, toSnakeCase(report) as object);
  } else {
    printLines(runtime.io.stdout, statusLines(report));
  }
  return EXIT.done;
};

export interface DoctorOptions extends ServiceOptions {
  readonly isRepair: boolean;
  readonly lost: readonly string[];
}

/** Exit code 69 when something is missing that experiments need. */
export const runDoctor = async (
  runtime: ServicesRuntime,
  { isJson, isRepair, lost }: DoctorOptions,
): Promise<number> => {
  const findings = await withProgress(runtime, { name: 'doctor' }, ({ begin }) => {
    begin('looking at every part');
    return runtime.services.doctor({ isRepair, lost });
  });
  if (isJson) {
    printJson(runtime.io, toSnakeCase(findings) as object);
  } else {
    printLines(runtime.io.stdout, doctorLines(findings, runtime.io.stdout.columns));
  }
  return findings.isUsable ? EXIT.done : EXIT.unreachable;
};
