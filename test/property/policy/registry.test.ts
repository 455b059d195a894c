import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Aliases, RegistryRequest } from '../../../contracts/registry-owner.ts';
import { type ManualMoves, OwnedRegistry } from '../../support/owned-registry.ts';
import {
  expectRollbackTwice,
  expectSoundLedger,
  expectWayThrough,
  type Known,
  take,
} from '../../support/registry-laws.ts';

type Command = fc.Command<Known, OwnedRegistry>;

const command = (name: string, run: (known: Known, real: OwnedRegistry) => void): Command => ({
  check: () => true,
  run: (known, real) => {
    run(known, real);
    expectSoundLedger(real, known);
    for (const manualMoves of ['accept', 'revert'] as const) {
      expectWayThrough(real, manualMoves);
      expectRollbackTwice(real, manualMoves);
    }
  },
  toString: () => name,
});

const VERSIONS = ['1', '2', '3', '4', '5', '6'];
const version = fc.constantFrom(...VERSIONS);
const maybeVersion = fc.option(version, { nil: null });
/** Of a turn's steps at most: two records by hand and one of the request, three aliases, and the note that it is done. */
const killedAfter = fc.option(fc.nat(10), { nil: null });
const policy = fc.constantFrom<ManualMoves>('accept', 'revert');

/** Most compare with the champion of now, as the gate does; some with another. */
type Draft = (champion: string | null) => RegistryRequest;
const drafts: fc.Arbitrary<Draft> = fc
  .record({
    kind: fc.constantFrom('promote', 'promote', 'promote', 'reject', 'rollback', 'archive', 'challenge', 'reconcile'),
    candidate: version,
    other: fc.option(maybeVersion, { freq: 2 }),
    supersedes: fc.boolean(),
  })
  .map(({ kind, candidate, other, supersedes }) => (champion) => {
    const asked = { request: '', actor: 'ana', reason: 'because', evidence: {} };
    const comparedWith = other === null ? champion : other;
    switch (kind) {
      case 'promote':
        return { ...asked, kind, candidate, comparedWith, supersedes };
      case 'challenge':
        // Without a question: tried online.
        return { ...asked, kind, candidate, comparedWith, ...(supersedes ? {} : { question: {} as never }) };
      case 'archive':
        return { ...asked, kind, version: candidate };
      case 'rollback':
        return { ...asked, kind };
      case 'reject':
        return { ...asked, kind, candidate };
      default:
        return { ...asked, kind: 'reconcile' };
    }
  });

const turn = (draft: Draft, manualMoves: ManualMoves, killed: number | null): Command =>
  command(`${JSON.stringify(draft('champion'))} ${manualMoves} killed after ${killed}`, (known, real) => {
    known.requests += 1;
    const request = { ...draft(real.champion), request: `r${known.requests}` };
    take({ request, manualMoves, killedAfter: killed }, known, real);
  });

const again = (manualMoves: ManualMoves, killed: number | null): Command =>
  command(`again ${manualMoves} killed after ${killed}`, (known, real) => {
    if (known.last !== null) {
      take({ request: known.last, manualMoves, killedAfter: killed }, known, real);
    }
  });

/** As MLflow does: an alias can be set only to a version that exists. */
const moveByHand = (alias: keyof Aliases, to: string | null): Command =>
  command(`${alias} by hand to ${to}`, (known, real) => {
    if (to === null || real.versions.has(to)) {
      known.handMoves += alias === 'champion' ? 1 : 0;
      real.aliases = { ...real.aliases, [alias]: to };
    }
  });

/** As MLflow does: its aliases stay. */
const remove = (name: string): Command =>
  command(`delete ${name}`, (known, real) => {
    known.deletions += real.versions.delete(name) ? 1 : 0;
  });

const ownCommands = [
  fc.tuple(drafts, policy, killedAfter).map(([draft, manualMoves, killed]) => turn(draft, manualMoves, killed)),
  fc.tuple(drafts, policy).map(([draft, manualMoves]) => turn(draft, manualMoves, null)),
  fc.tuple(policy, killedAfter).map(([manualMoves, killed]) => again(manualMoves, killed)),
  version.map(remove),
  fc.constant(command("lose Temporal's database", (_known, real) => real.loseStanding())),
];

const handCommands = [
  maybeVersion.map((to) => moveByHand('champion', to)),
  fc
    .tuple(fc.constantFrom('challenger' as const, 'previous' as const), maybeVersion)
    .map(([alias, to]) => moveByHand(alias, to)),
];

const expectLaws = (commands: readonly fc.Arbitrary<Command>[]): void => {
  fc.assert(
    fc.property(fc.commands([...commands], { maxCommands: 25, size: 'max' }), (steps) => {
      const real = new OwnedRegistry();
      for (const name of VERSIONS) {
        real.versions.add(name);
      }
      const known: Known = {
        handMoves: 0,
        deletions: 0,
        isOpen: false,
        requests: 0,
        last: null,
        challenged: new Map(),
      };
      fc.modelRun(() => ({ model: known, real }), steps);
    }),
    { numRuns: 600 },
  );
};

describe('policy/registry laws', () => {
  it('one champion or none, a ledger that agrees, and a way through for a better candidate, whatever happens in which order', () => {
    expectLaws([...ownCommands, ...handCommands]);
  });

  it('nothing is taken for a move by hand where there was none, wherever the owner is killed and whatever is deleted', () => {
    expectLaws(ownCommands);
  });
});
