/** The loop that keeps the servers and workers of one home alive; one process runs it, detached. */

import { rm } from 'node:fs/promises';
import type { Log } from '../contracts/log.ts';
import type { Clock } from '../host/clock.ts';
import { writeJsonFile } from '../host/files/json-file.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { type HeldLock, tryLock } from '../host/locks/lock.ts';
import { capLog } from '../host/processes/log-file.ts';
import { describeProcess, identifySelf } from '../host/processes/process-identity.ts';
import { findMarkedServices, serviceMarker } from '../host/processes/process-members.ts';
import { stopProcess } from '../host/processes/stop-process.ts';
import type { Variables } from '../host/processes/variables.ts';
import { buildServices, desiredNames } from './build-services.ts';
import { type DesiredServices, NOTHING_DESIRED, readDesired } from './desired-services.ts';
import { readRecords } from './service-record.ts';
import { type SupervisedContext, SupervisedService } from './supervised-service.ts';
import type { SupervisorState } from './supervisor-state.ts';

/** Name under which the supervisor's own process is marked and logs. */
export const SUPERVISOR = 'supervisor';

const TICK_MS = 250;
const CAP_LOGS_EVERY_MS = 60_000;
const STRAY_GRACE_MS = 10_000;

export interface SupervisorOptions {
  readonly layout: HomeLayout;
  readonly cacheFolder: string;
  /** What servers and workers inherit. */
  readonly environment: Variables;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Abort to stop: everything it keeps is stopped first, workers before servers. */
  readonly signal: AbortSignal;
}

/**
 * Runs until the signal aborts, `tt-exp down` asks it to stop, or the home folder is removed. Returns at once where this home has a supervisor already. Processes that an earlier,
 * killed supervisor started are taken over as they are.
 */
export const runSupervisor = async (options: SupervisorOptions): Promise<'stopped' | 'already-running'> => {
  const { layout, clock, log } = options;
  const attempt = await tryLock(layout.supervisorLock, 'supervising', clock.nowMs());
  if (attempt.kind === 'busy') {
    log('info', `${describeProcess(attempt.holder.process)} already supervises ${layout.home}`);
    return 'already-running';
  }
  await new Supervision(options, attempt.lock).run();
  return 'stopped';
};

class Supervision {
  readonly #options: SupervisorOptions;
  readonly #lock: HeldLock;
  readonly #context: SupervisedContext;
  readonly #services = new Map<string, SupervisedService>();
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #startedAtMs: number;
  readonly #self = identifySelf();
  #desired: DesiredServices = NOTHING_DESIRED;
  #writtenState = '';
  #trouble = '';
  #isHomeLost = false;
  readonly #ending = new AbortController();
  #cappedMs: number;

  constructor(options: SupervisorOptions, lock: HeldLock) {
    const { layout, environment, clock, log, signal } = options;
    this.#options = options;
    this.#lock = lock;
    this.#startedAtMs = clock.nowMs();
    this.#cappedMs = this.#startedAtMs;
    this.#context = {
      layout,
      environment,
      clock,
      log,
      signal: AbortSignal.any([signal, this.#ending.signal]),
      isHomeThere: () => !this.#isHomeLost,
      reservedPorts: (except) => this.#reservedPorts(except),
      areHealthy: (names) => names.every((name) => this.#services.get(name)?.report.state === 'healthy'),
    };
  }

  async run(): Promise<void> {
    const { clock, log, signal } = this.#options;
    log('info', `supervising ${this.#options.layout.home} as process ${this.#self.pid}`);
    let isFirst = true;
    while (!signal.aborted) {
      try {
        this.#isHomeLost = !(await this.#lock.isHeld());
        if (this.#isHomeLost) {
          log('warn', 'the home folder was removed');
          break;
        }
        await this.#followDesired();
        if (this.#desired.isDown) {
          break;
        }
        if (isFirst) {
          await this.#endUndesired();
        }
        isFirst = false;
        for (const service of this.#services.values()) {
          service.advance();
        }
        await this.#capLogs();
        await this.#writeState(false);
        this.#noteTrouble('');
      } catch (error) {
        // A full disk must not take the services down with it; the next round tries again.
        this.#noteTrouble(error instanceof Error ? error.message : String(error));
      }
      await clock.sleep(TICK_MS, signal);
    }
    this.#ending.abort();
    await this.#stopAll();
    await this.#forgetState();
    await this.#lock.release();
  }

  /** Every round may meet the same trouble: it is logged when it comes and when it is over. */
  #noteTrouble(trouble: string): void {
    if (trouble === this.#trouble) {
      return;
    }
    if (trouble === '') {
      this.#options.log('info', `supervisor: error no longer occurs: ${this.#trouble}`);
    } else {
      this.#options.log('error', `supervisor: ${trouble}`);
    }
    this.#trouble = trouble;
  }

  async #followDesired(): Promise<void> {
    const { layout, cacheFolder, log } = this.#options;
    const desired = (await readDesired(layout)) ?? this.#desired;
    const isNewRequest = desired.revision !== this.#desired.revision;
    if (isNewRequest) {
      log('info', `services to keep running: ${(desired.isDown ? [] : desiredNames(desired)).join(', ') || 'nothing'}`);
    }
    this.#desired = desired;
    if (desired.isDown) {
      return;
    }
    const names = new Set(desiredNames(desired));
    for (const [name, service] of this.#services) {
      if (!names.has(name)) {
        this.#leave(name, service);
      }
    }
    const embedded = { temporal: this.#addressOf('temporal'), mlflow: this.#addressOf('mlflow') };
    for (const definition of buildServices(desired, layout, cacheFolder, embedded)) {
      const existing = this.#services.get(definition.name);
      if (existing !== undefined) {
        existing.redefine(definition, isNewRequest);
      } else if (!this.#leaving.has(definition.name)) {
        this.#services.set(definition.name, new SupervisedService(definition, this.#context));
      }
    }
  }

  #addressOf(name: string): string | null {
    return this.#services.get(name)?.record?.address ?? null;
  }

  #leave(name: string, service: SupervisedService): void {
    const { log, layout } = this.#options;
    log('info', `${name}: no longer needed, stopping`);
    this.#services.delete(name);
    const leaving = service
      .stop()
      // A server may be wanted again on its old port; a worker has nothing to be remembered by.
      .then(() => (service.kind === 'worker' ? rm(layout.recordFile(name), { force: true }) : undefined))
      .catch((error: unknown) => log('error', `${name}: ${error instanceof Error ? error.message : error}`))
      .finally(() => this.#leaving.delete(name));
    this.#leaving.set(name, leaving);
  }

  /** Ends what earlier supervisors of this home started and nobody wants now. */
  async #endUndesired(): Promise<void> {
    const { layout, clock, log } = this.#options;
    const wanted = new Set([SUPERVISOR, ...desiredNames(this.#desired)]);
    const records = await readRecords(layout.servicesFolder, layout.recordFile);
    const names = new Set([...records.map((record) => record.name), ...findMarkedServices(layout.home)]);
    for (const name of [...names].filter((candidate) => !wanted.has(candidate))) {
      const leader = records.find((record) => record.name === name)?.process ?? null;
      const marker = serviceMarker(layout.home, name);
      const count = await stopProcess({ name, leader, marker, graceMs: STRAY_GRACE_MS, clock });
      if (count > 0) {
        log('warn', `${name}: stopped, left by an earlier supervisor and no longer needed`);
      }
    }
  }

  async #stopAll(): Promise<void> {
    const { log } = this.#options;
    log('info', 'stopping everything it runs');
    await this.#tryWriteState(true);
    await Promise.all(this.#leaving.values());
    const all = [...this.#services.values()];
    // Workers first: what they still have to say goes to servers that are up.
    for (const group of [all.filter(({ kind }) => kind === 'worker'), all.filter(({ kind }) => kind !== 'worker')]) {
      const results = await Promise.allSettled(group.map((service) => service.stop()));
      for (const result of results) {
        if (result.status === 'rejected') {
          log('error', String(result.reason));
        }
      }
    }
    log('info', 'stopped');
  }

  /** A state without a supervisor is one of a supervisor that died, and has another one started. */
  async #forgetState(): Promise<void> {
    const { layout, log } = this.#options;
    try {
      await rm(layout.supervisorFile, { force: true });
    } catch (error) {
      log('error', `supervisor: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #tryWriteState(isStopping: boolean): Promise<void> {
    try {
      await this.#writeState(isStopping);
    } catch (error) {
      this.#options.log('error', `supervisor: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #writeState(isStopping: boolean): Promise<void> {
    const { layout, version } = this.#options;
    const state: SupervisorState = {
      format: 1,
      process: this.#self,
      startedAtMs: this.#startedAtMs,
      version,
      isStopping,
      revision: this.#desired.revision,
      services: Object.fromEntries([...this.#services].map(([name, service]) => [name, service.report])),
    };
    const text = JSON.stringify(state);
    if (text === this.#writtenState || this.#isHomeLost) {
      return;
    }
    await writeJsonFile(layout.supervisorFile, state);
    this.#writtenState = text;
  }

  async #capLogs(): Promise<void> {
    const { clock, layout, log } = this.#options;
    if (clock.nowMs() - this.#cappedMs < CAP_LOGS_EVERY_MS) {
      return;
    }
    this.#cappedMs = clock.nowMs();
    for (const name of [SUPERVISOR, ...this.#services.keys()]) {
      try {
        await capLog(layout.logFile(name));
      } catch (error) {
        log('warn', `${name}: its log could not be cut (${error instanceof Error ? error.message : error})`);
      }
    }
  }

  #reservedPorts(except: string): ReadonlySet<number> {
    const others = [...this.#services.values()].filter(({ name }) => name !== except);
    return new Set(others.flatMap(({ record }) => Object.values(record?.ports ?? {})));
  }
}
