/**
 * A registered model whose owner is killed between any two of its requests to MLflow, and whose aliases and versions
 * other people move and delete at any moment. The seed decides what happens when.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { ALIAS } from '../../contracts/names.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { createRng, type Rng } from '../../policy/rng.ts';
import { changeRegistry, type KnownLedger } from '../../registry/ledger/change-registry.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { createTracking, type Tracking } from '../../tracking/index.ts';
import type { FaultyProxy } from '../support/faulty-proxy.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';

export interface DisturbedRegistryOptions {
  readonly seed: number;
  readonly turns: number;
  readonly mlflow: string;
  readonly proxy: FaultyProxy;
  readonly log: (line: string) => void;
}

export interface DisturbedOutcome {
  readonly kills: number;
  /** Moves and deletions by others, those in the middle of a turn among them. */
  readonly byOthers: number;
  readonly records: number;
}

/** Of a turn with a record, to MLflow. */
const MOST_REQUESTS = 15;
const FIRST_VERSIONS = 4;

const pick = <Item>(rng: Rng, items: readonly Item[]): Item | undefined => items[rng.below(Math.max(1, items.length))];

class DisturbedRegistry {
  readonly #options: DisturbedRegistryOptions;
  readonly #rng: Rng;
  readonly #model: string;
  readonly #server: ReturnType<typeof createMlflowReader>;
  #known: KnownLedger | null = null;
  #requests = 0;
  /** Each at the request after the last one's, so that none is left out. */
  #plannedKills = 0;
  #clockMs = Date.parse('2026-11-30T08:00:00Z');
  kills = 0;
  byOthers = 0;

  constructor(options: DisturbedRegistryOptions) {
    this.#options = options;
    this.#rng = createRng(options.seed);
    this.#model = `disturbed-${options.seed}`;
    this.#server = createMlflowReader(options.mlflow);
  }

  async begin(): Promise<void> {
    await this.#server.createModel(this.#model);
    for (let count = 0; count < FIRST_VERSIONS; count += 1) {
      await this.#server.createVersion(this.#model);
    }
  }

  async #versions(): Promise<readonly string[]> {
    return (await this.#server.modelVersions(this.#model)).map(({ version }) => version);
  }

  /** One of the things that people do in MLflow without asking. */
  async #disturb(): Promise<void> {
    const version = pick(this.#rng, await this.#versions());
    if (version === undefined) {
      return;
    }
    this.byOthers += 1;
    const chance = this.#rng.next();
    if (chance < 0.25) {
      this.#options.log(`  somebody deletes version ${version}`);
      await this.#server.deleteVersion(this.#model, version);
      return;
    }
    const alias = chance < 0.8 ? ALIAS.champion : (pick(this.#rng, [ALIAS.challenger, ALIAS.previous]) ?? 'challenger');
    const to = this.#rng.next() < 0.2 ? null : version;
    this.#options.log(`  somebody moves ${alias} to ${to}`);
    await this.#server.moveAlias(this.#model, alias, to);
  }

  async #draft(): Promise<RegistryRequest> {
    this.#requests += 1;
    const asked = { request: `r${this.#requests}`, actor: 'chaos', reason: 'drawn by lot', evidence: {} };
    const candidate =
      this.#rng.next() < 0.5
        ? await this.#server.createVersion(this.#model)
        : (pick(this.#rng, await this.#versions()) ?? '1');
    const comparedWith = (await this.#server.aliases(this.#model)).champion ?? null;
    const chance = this.#rng.next();
    if (chance < 0.55) {
      return { ...asked, kind: 'promote', candidate, comparedWith, supersedes: chance < 0.05 };
    }
    if (chance < 0.7) {
      return { ...asked, kind: 'rollback' };
    }
    if (chance < 0.8) {
      return { ...asked, kind: 'archive', version: candidate };
    }
    return chance < 0.9 ? { ...asked, kind: 'reject', candidate } : { ...asked, kind: 'reconcile' };
  }

  /** A new process each time: it knows what Temporal kept for it, or nothing where that was lost. */
  async #turn(request: RegistryRequest) {
    const tracking = createTracking({
      trackingUri: this.#options.proxy.url,
      retry: { budgetMs: 0, firstDelayMs: 1, maxDelayMs: 1 },
    });
    this.#clockMs += 1000;
    const manualMoves = this.#rng.next() < 0.5 ? 'accept' : 'revert';
    try {
      const at = new Date(this.#clockMs).toISOString();
      const change = { modelName: this.#model, request, manualMoves, at, known: this.#known } as const;
      const changed = await changeRegistry(tracking, change);
      this.#known = changed.known;
      return changed.answer;
    } finally {
      await tracking.close();
    }
  }

  /** null: the owner was killed. */
  async #disturbedTurn(request: RegistryRequest) {
    const last = this.#plannedKills % MOST_REQUESTS;
    const fault = Math.floor(this.#plannedKills / MOST_REQUESTS) % 2 === 0 ? 'reset' : 'lost answer';
    this.#plannedKills += 1;
    const isDisturbed = this.#rng.next() < 0.3;
    let requests = 0;
    this.#options.proxy.setFaults(async () => {
      requests += 1;
      if (requests === last && isDisturbed) {
        await this.#disturb();
      }
      // What a dead process would have asked next is not asked.
      return requests < last ? null : requests === last ? fault : 'reset';
    });
    try {
      return await this.#turn(request);
    } catch (error) {
      ok(requests >= last, error as Error);
      this.kills += 1;
      this.#options.log(`  killed at request ${last} (${fault})`);
      return null;
    } finally {
      this.#options.proxy.setFaults(() => null);
    }
  }

  /** After a turn that ended: exactly one champion or none, in the ledger as in MLflow. */
  async #assertAgreement(): Promise<number> {
    const reading = await this.#read((tracking) => readLedger(tracking, this.#model));
    const aliases = await this.#server.aliases(this.#model);
    const versions = await this.#versions();
    deepStrictEqual(reading?.broken ?? null, null);
    deepStrictEqual(
      aliases.champion ?? null,
      reading?.standing.champion ?? null,
      'champion by MLflow, and by the ledger',
    );
    for (const [alias, version] of Object.entries(aliases)) {
      ok(versions.includes(version), `${alias} names version ${version}, which does not exist`);
      ok(alias === 'champion' || version !== aliases.champion, `${alias} is the champion`);
    }
    return reading?.standing.seq ?? 0;
  }

  async #read<Result>(read: (tracking: Tracking) => Promise<Result>): Promise<Result> {
    const tracking = createTracking({ trackingUri: this.#options.mlflow });
    try {
      return await read(tracking);
    } finally {
      await tracking.close();
    }
  }

  async turn(number: number): Promise<void> {
    if (this.#rng.next() < 0.3) {
      await this.#disturb();
    }
    const request = await this.#draft();
    this.#options.log(`${number}: ${JSON.stringify(request)}`);
    if (this.#rng.next() < 0.8 && (await this.#disturbedTurn(request)) === null) {
      this.#known = this.#rng.next() < 0.5 ? null : this.#known;
      if (this.#rng.next() < 0.3) {
        // Another request comes first.
        return;
      }
    }
    const answer = await this.#turn(request);
    this.#options.log(`  ${answer.kind}`);
    await this.#assertAgreement();
    const { entries = [] } = (await this.#read((tracking) => readLedger(tracking, this.#model))) ?? {};
    const own = entries.filter(
      ({ request: id, action }) => id === request.request && !/adopt|revert|repair/.test(action),
    );
    ok(own.length <= 1, `request ${request.request} has ${own.length} records`);
  }

  /** The law that matters most: whatever has happened, the next better candidate gets through. */
  async end(): Promise<number> {
    const candidate = await this.#server.createVersion(this.#model);
    const kinds: string[] = [];
    for (let attempt = 1; attempt <= 2 && !kinds.includes('done'); attempt += 1) {
      const comparedWith = (await this.#server.aliases(this.#model)).champion ?? null;
      const asked = { request: `end/${attempt}`, actor: 'chaos', reason: 'better', evidence: {} };
      const answer = await this.#turn({ ...asked, kind: 'promote', candidate, comparedWith, supersedes: false });
      kinds.push(answer.kind);
    }
    ok(kinds.includes('done'), `a better candidate did not get through: ${kinds.join(', ')}`);
    deepStrictEqual((await this.#server.aliases(this.#model)).champion, candidate);
    return this.#assertAgreement();
  }
}

/** Throws an AssertionError where the model has more than one champion, or another than its ledger. */
export const runDisturbedRegistry = async (options: DisturbedRegistryOptions): Promise<DisturbedOutcome> => {
  const registry = new DisturbedRegistry(options);
  await registry.begin();
  for (let number = 1; number <= options.turns; number += 1) {
    await registry.turn(number);
  }
  const records = await registry.end();
  return { kills: registry.kills, byOthers: registry.byOthers, records };
};
