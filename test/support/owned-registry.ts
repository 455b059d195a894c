/** A registered model with its ledger and its owner in memory, as decideMove is to be used: each step may be the last. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { Aliases, RegistryRequest } from '../../contracts/registry-owner.ts';
import { decideMove, type MoveDecision } from '../../policy/registry/decide-move.ts';
import type { Observed } from '../../policy/registry/observed.ts';
import { advance, NO_STANDING, type Standing } from '../../policy/registry/standing.ts';

export type ManualMoves = 'accept' | 'revert';

export interface Turn {
  readonly request: RegistryRequest;
  readonly manualMoves: ManualMoves;
  /** Steps of this turn that are done before it is killed; null: all. */
  readonly killedAfter: number | null;
}

class Killed extends Error {}

export const digestOf = ({ digest: _, ...record }: LedgerEntry): string =>
  createHash('sha256').update(canonicalJson(record)).digest('hex');

export class OwnedRegistry {
  /** What MLflow has; a test moves them as anybody may. */
  readonly versions = new Set<string>();
  aliases: Aliases = { champion: null, challenger: null, previous: null };
  readonly ledger: LedgerEntry[] = [];
  carriedOut = 0;
  /** What Temporal has of the ledger; lost, it is read again. */
  #standing: Standing = NO_STANDING;
  #stepsLeft = Number.POSITIVE_INFINITY;

  /** The same, with a life of its own. */
  copy(): OwnedRegistry {
    const copied = new OwnedRegistry();
    for (const version of this.versions) {
      copied.versions.add(version);
    }
    copied.aliases = this.aliases;
    copied.ledger.push(...this.ledger);
    copied.carriedOut = this.carriedOut;
    copied.#standing = this.#standing;
    return copied;
  }

  loseStanding(): void {
    this.#standing = this.ledger.reduce(advance, NO_STANDING);
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** By the ledger. */
  get champion(): string | null {
    return this.ledger.findLast(({ alias }) => alias === 'champion')?.to ?? null;
  }

  existing(version: string | null): string | null {
    return version !== null && this.versions.has(version) ? version : null;
  }

  observe(): Observed {
    return { aliases: this.aliases, versions: [...this.versions], carriedOut: this.carriedOut };
  }

  /** The decision that was carried out; null where the turn was killed. */
  take({ request, manualMoves, killedAfter }: Turn): MoveDecision | null {
    const at = new Date(1_800_000_000_000 + this.ledger.length * 1000).toISOString();
    const decision = decideMove(this.#standing, this.observe(), request, { at, manualMoves });
    this.#stepsLeft = killedAfter ?? Number.POSITIVE_INFINITY;
    try {
      this.#carryOut(decision);
      return decision;
    } catch (error) {
      if (!(error instanceof Killed)) {
        throw error;
      }
      this.loseStanding();
      return null;
    }
  }

  #step(act: () => void): void {
    if (this.#stepsLeft === 0) {
      throw new Killed();
    }
    this.#stepsLeft -= 1;
    act();
  }

  #carryOut({ moves, aliases }: MoveDecision): void {
    for (const move of moves) {
      const record = { ...move, seq: this.ledger.length + 1, previous_digest: this.ledger.at(-1)?.digest ?? null };
      const entry = { ...record, digest: digestOf({ ...record, digest: '' }) };
      this.#step(() => this.ledger.push(entry));
      this.#step(() => {
        this.#standing = advance(this.#standing, entry);
      });
    }
    for (const alias of ['previous', 'champion', 'challenger'] as const) {
      if (this.aliases[alias] !== aliases[alias]) {
        this.#step(() => {
          this.aliases = { ...this.aliases, [alias]: aliases[alias] };
        });
      }
    }
    this.#step(() => {
      this.carriedOut = this.ledger.length;
    });
  }
}
