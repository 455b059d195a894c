/** The aliases of one registered model in memory, as MLflow keeps them: any move is done, whatever was there. */
import type { TrackingPort } from '../../activities/ports.ts';

export interface AliasRegistry {
  readonly tracking: TrackingPort;
  /** Alias to version. */
  readonly aliases: Record<string, string>;
  /** Run to its tags. */
  readonly tags: Record<string, Record<string, string>>;
  /** Moves so far, as `champion=2` or `-challenger`. */
  readonly moves: readonly string[];
  /** The next write after so many is lost, and everything with it. */
  crashAfter(writes: number): void;
}

export const createAliasRegistry = (aliases: Record<string, string>): AliasRegistry => {
  const moves: string[] = [];
  const tags: Record<string, Record<string, string>> = {};
  let writesLeft = Number.POSITIVE_INFINITY;
  const write = (): void => {
    if (writesLeft === 0) {
      throw new Error('killed');
    }
    writesLeft -= 1;
  };
  const versionOf = (name: string, version: string) => ({
    name,
    version,
    runId: `run-${version}`,
    aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version),
    tags: {},
  });
  const guardedBy = (guard: () => Promise<void>): TrackingPort => {
    const tracking: Partial<TrackingPort> = {
      guardedBy,
      findByAlias: async (name, alias) => {
        const version = aliases[alias];
        return version === undefined ? null : versionOf(name, version);
      },
      getVersion: async (name, version) => versionOf(name, version),
      setAlias: async (_name, alias, version) => {
        await guard();
        write();
        moves.push(`${alias}=${version}`);
        aliases[alias] = version;
      },
      deleteAlias: async (_name, alias) => {
        await guard();
        write();
        moves.push(`-${alias}`);
        delete aliases[alias];
      },
      setTags: async (runId, values) => {
        tags[runId] = { ...tags[runId], ...values };
      },
      putArtifactText: async () => undefined,
    };
    return tracking as TrackingPort;
  };
  return {
    tracking: guardedBy(async () => undefined),
    aliases,
    tags,
    moves,
    crashAfter: (writes) => {
      writesLeft = writes;
    },
  };
};
