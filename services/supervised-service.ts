import type { Log } from '../contracts/log.ts';
import type { Clock } from '../host/clock.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { launchDigest } from '../host/processes/launch-process.ts';
import { livesNextDoor } from '../host/processes/lifeline.ts';
import { tailLog } from '../host/processes/log-file.ts';
import { describeProcess, isProcessAlive } from '../host/processes/process-identity.ts';
import { findMembers, serviceMarker } from '../host/processes/process-members.ts';
import { stopProcess } from '../host/processes/stop-process.ts';
import type { Variables } from '../host/processes/variables.ts';
import type { ManagedService } from './managed-service.ts';
import { MOST_FAILED_STARTS, RestartCount, UNHEALTHY_LIMIT_MS } from './restart-policy.ts';
import { readRecord, type ServiceRecord, writeRecord } from './service-record.ts';
import type { ServiceReport } from './service-report.ts';
import { fullDiskNote, isDiskFull, remedyFor } from './start-failure.ts';
import { startService } from './start-service.ts';

const HEALTH_EVERY_MS = 2_000;
const LOG_LINES = 8;
/** A disk that was full may have room again. */
const FULL_DISK_REST_MS = 20_000;

type Phase =
  | { readonly kind: 'new' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting'; readonly sinceMs: number }
  | { readonly kind: 'healthy'; readonly sinceMs: number; readonly checkedMs: number }
  | { readonly kind: 'unhealthy'; readonly sinceMs: number; readonly healthySinceMs: number }
  | { readonly kind: 'backoff'; readonly untilMs: number }
  /** Given up until the next request; one that only lacked disk starts again by itself. */
  | { readonly kind: 'failed'; readonly retryMs: number };

export interface SupervisedContext {
  readonly layout: HomeLayout;
  readonly environment: Variables;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** False once the home folder was removed: nothing is written there any more. */
  isHomeThere(): boolean;
  /** Ports that other services of this home count on. */
  reservedPorts(except: string): ReadonlySet<number>;
  areHealthy(names: readonly string[]): boolean;
}

/** One service and what keeps it alive. `advance` moves it on by at most one step and never runs twice at once. */
export class SupervisedService {
  #definition: ManagedService;
  readonly #context: SupervisedContext;
  readonly #marker: string;
  #phase: Phase = { kind: 'new' };
  #record: ServiceRecord | null = null;
  readonly #failures = new RestartCount();
  /** Whether the disk was full at one of the failures that are counted. */
  #lackedDisk = false;
  #restarts = 0;
  #lastError: string | null = null;
  #remedy: string | null = null;
  #running: Promise<void> | null = null;

  constructor(definition: ManagedService, context: SupervisedContext) {
    this.#definition = definition;
    this.#context = context;
    this.#marker = serviceMarker(context.layout.home, definition.name);
  }

  get name(): string {
    return this.#definition.name;
  }

  get kind(): ManagedService['kind'] {
    return this.#definition.kind;
  }

  get record(): ServiceRecord | null {
    return this.#record;
  }

  get report(): ServiceReport {
    const { kind } = this.#phase;
    const state = kind === 'new' || kind === 'backoff' ? 'waiting' : kind;
    return { state, restarts: this.#restarts, lastError: this.#lastError, remedy: this.#remedy };
  }

  /** Takes the definition of a new request: a service that was given up gets another chance. */
  redefine(definition: ManagedService, isNewRequest: boolean): void {
    this.#definition = definition;
    if (isNewRequest && this.#phase.kind === 'failed') {
      this.#failures.startAnew();
      this.#phase = { kind: 'waiting' };
    }
  }

  /** Starts the next step unless one is under way. Errors of a step become failures of the service. */
  advance(): void {
    this.#running ??= this.#step()
      .catch((error: unknown) => this.#failWithLog(error instanceof Error ? error.message : String(error), false))
      .finally(() => {
        this.#running = null;
      });
  }

  /** Waits for the step under way, then ends the service and remembers its ports. Abort the context's signal first. */
  async stop(): Promise<void> {
    while (this.#running !== null) {
      await this.#running;
    }
    this.#record ??= await readRecord(this.#context.layout.recordFile(this.name));
    await this.#end();
    this.#phase = { kind: 'waiting' };
  }

  async #step(): Promise<void> {
    const { clock, areHealthy } = this.#context;
    switch (this.#phase.kind) {
      case 'new':
        return this.#adopt();
      case 'waiting':
        return areHealthy(this.#definition.dependsOn) ? this.#start() : undefined;
      case 'backoff':
        if (clock.nowMs() >= this.#phase.untilMs) {
          this.#phase = { kind: 'waiting' };
        }
        return undefined;
      case 'failed':
        if (clock.nowMs() >= this.#phase.retryMs) {
          this.#phase = { kind: 'waiting' };
        }
        return undefined;
      default:
        return this.#watch(this.#phase);
    }
  }

  /** Goes on with a process that an earlier supervisor started. */
  async #adopt(): Promise<void> {
    const { layout, clock, log } = this.#context;
    this.#record = await readRecord(layout.recordFile(this.name));
    const identity = this.#record?.process ?? null;
    if (identity !== null && isProcessAlive(identity) && this.#isAsDefined()) {
      log('info', `${this.name}: still running as process ${identity.pid}`);
      this.#phase = { kind: 'starting', sinceMs: clock.nowMs() };
    } else {
      this.#phase = { kind: 'waiting' };
    }
  }

  #isAsDefined(): boolean {
    const { portNames } = this.#definition;
    const ports = this.#record?.ports ?? {};
    return (
      portNames.every((name) => ports[name] !== undefined) &&
      this.#record?.launchDigest === launchDigest(this.#definition.launch(ports))
    );
  }

  async #start(): Promise<void> {
    const { layout, environment, clock, log, reservedPorts } = this.#context;
    const definition = this.#definition;
    const recorded = this.#record?.process ?? null;
    if (recorded !== null && (await livesNextDoor(recorded, layout.lifelineFile(this.name)))) {
      throw new Error(`${describeProcess(recorded)} of an earlier start still runs; stop it there`);
    }
    // What a killed first process or a killed supervisor left behind would hold the port and the database.
    const strays = findMembers(recorded, this.#marker);
    if (strays.length > 0) {
      log('warn', `${this.name}: stopping processes ${strays.join(', ')} of an earlier start`);
      await this.#end();
    }
    const startedAtMs = clock.nowMs();
    this.#record = await startService({
      definition,
      marker: this.#marker,
      layout,
      environment,
      log,
      nowMs: startedAtMs,
      before: this.#record,
      reservedPorts: reservedPorts(this.name),
    });
    this.#phase = { kind: 'starting', sinceMs: startedAtMs };
    await this.#remember(this.#record);
  }

  async #remember(record: ServiceRecord): Promise<void> {
    if (!this.#context.isHomeThere()) {
      return;
    }
    try {
      await writeRecord(this.#context.layout.recordFile(this.name), record);
    } catch (error) {
      // A full disk: the service runs all the same, and its marker finds it without a record.
      this.#context.log(
        'error',
        `${this.name}: its record could not be written (${error instanceof Error ? error.message : error})`,
      );
    }
  }

  async #watch(phase: Extract<Phase, { kind: 'starting' | 'healthy' | 'unhealthy' }>): Promise<void> {
    const { clock, log, signal } = this.#context;
    const identity = this.#record?.process ?? null;
    if (this.#record === null || identity === null) {
      this.#phase = { kind: 'waiting' };
      return;
    }
    if (!this.#isAsDefined()) {
      log('info', `${this.name}: its settings changed, restarting`);
      await this.#end();
      this.#phase = { kind: 'waiting' };
      return;
    }
    const lived = ((clock.nowMs() - this.#record.startedAtMs) / 1000).toFixed(1);
    if (!isProcessAlive(identity)) {
      await this.#failWithLog(`process ${identity.pid} exited ${lived} s after starting`);
      return;
    }
    if (phase.kind === 'healthy' && clock.nowMs() - phase.checkedMs < HEALTH_EVERY_MS) {
      return;
    }
    const { ports } = this.#record;
    const isHealthy = await this.#definition.isHealthy({ ports, pid: identity.pid, signal });
    if (signal.aborted) {
      return;
    }
    const nowMs = clock.nowMs();
    if (isHealthy) {
      this.#noteHealthy(phase, nowMs);
    } else if (phase.kind === 'starting' && nowMs - phase.sinceMs > this.#definition.startTimeoutMs) {
      await this.#end();
      await this.#failWithLog(`not healthy ${this.#definition.startTimeoutMs / 1000} s after starting`);
    } else if (phase.kind === 'healthy') {
      this.#phase = { kind: 'unhealthy', sinceMs: nowMs, healthySinceMs: phase.sinceMs };
    } else if (phase.kind === 'unhealthy' && nowMs - phase.sinceMs > UNHEALTHY_LIMIT_MS) {
      await this.#end();
      await this.#failWithLog(`no answer for ${UNHEALTHY_LIMIT_MS / 1000} s`);
    }
  }

  #noteHealthy(phase: Extract<Phase, { kind: 'starting' | 'healthy' | 'unhealthy' }>, nowMs: number): void {
    if (phase.kind === 'starting') {
      this.#context.log('info', `${this.name}: healthy`);
    }
    const sinceMs =
      phase.kind === 'healthy' ? phase.sinceMs : phase.kind === 'unhealthy' ? phase.healthySinceMs : nowMs;
    this.#phase = { kind: 'healthy', sinceMs, checkedMs: nowMs };
    this.#failures.noteHealthy(nowMs - sinceMs);
    this.#lackedDisk = false;
  }

  async #failWithLog(reason: string, hasLog = true): Promise<void> {
    const record = this.#record;
    const lines =
      record === null || !hasLog
        ? []
        : await tailLog(record.logFile, LOG_LINES, record.logOffsetBytes).catch((error: Error) => [error.message]);
    this.#fail(reason, [...lines, ...(await fullDiskNote(this.#context.layout.home))]);
  }

  #fail(reason: string, lines: readonly string[]): void {
    const { clock, layout, log } = this.#context;
    const wasHealthy = this.#phase.kind === 'healthy' || this.#phase.kind === 'unhealthy';
    const waitMs = this.#failures.noteFailure(wasHealthy);
    this.#lackedDisk ||= isDiskFull([reason, ...lines].join('\n'));
    this.#lastError = [reason, ...lines.slice(-3)].join(' | ');
    this.#remedy = remedyFor([reason, ...lines], layout.logFile(this.name), layout.home);
    if (this.#failures.isGivenUp) {
      // One that lacked disk could not always write why it ended, and there may be room by the time we look.
      this.#phase = { kind: 'failed', retryMs: this.#lackedDisk ? clock.nowMs() + FULL_DISK_REST_MS : Infinity };
      this.#lackedDisk = false;
      log('error', `${this.name}: given up after ${MOST_FAILED_STARTS} failed starts: ${this.#lastError}`);
      return;
    }
    this.#restarts++;
    this.#phase = { kind: 'backoff', untilMs: clock.nowMs() + waitMs };
    log('warn', `${this.name}: ${reason}; restarting in ${waitMs} ms`);
  }

  async #end(): Promise<void> {
    const { clock } = this.#context;
    await stopProcess({
      name: this.name,
      leader: this.#record?.process ?? null,
      marker: this.#marker,
      graceMs: this.#definition.stopGraceMs,
      clock,
    });
    const { layout } = this.#context;
    // What lives in another container is not ended, and stays written down.
    if (this.#record === null || (await livesNextDoor(this.#record.process, layout.lifelineFile(this.name)))) {
      return;
    }
    this.#record = { ...this.#record, process: null };
    await this.#remember(this.#record);
  }
}
