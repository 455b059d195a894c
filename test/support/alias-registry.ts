/** The aliases of one registered model on an MLflow in memory: any move is done, whatever was there. */
import { createFakeTracking, type FakeTracking } from './fake-tracking.ts';
import { modelArtifacts } from './model-artifacts.ts';

export interface AliasRegistry extends Pick<FakeTracking, 'addRun' | 'addVersion' | 'runOf' | 'deleteVersion'> {
  readonly tracking: FakeTracking['tracking'];
  readonly rename: FakeTracking['renameModel'];
  /** Alias to version; to be moved by a test as by somebody else. */
  readonly aliases: Record<string, string>;
  /** Makes a version one of this run. */
  register(version: string, runId: string): void;
  /** Moves so far, as `champion=2` or `-challenger`. */
  moves(): readonly string[];
  /** The next move after so many is lost, and everything with it. */
  crashAfter(moves: number): void;
}

/** A model with the versions 0 to 9, made by the runs `run-0` to `run-9`. */
export const createAliasRegistry = (modelName: string, start: Readonly<Record<string, string>>): AliasRegistry => {
  let movesLeft = Number.POSITIVE_INFINITY;
  const fake = createFakeTracking({
    beforeWrite: (method) => {
      if (method === 'setAlias' || method === 'deleteAlias') {
        if (movesLeft === 0) {
          throw new Error('killed');
        }
        movesLeft -= 1;
      }
    },
  });
  const { versions, aliases } = fake.modelOf(modelName);
  for (let number = 0; number < 10; number += 1) {
    fake.addRun(`run-${number}`, { artifacts: modelArtifacts() });
    versions.push({ version: String(number), runId: `run-${number}`, tags: {} });
  }
  Object.assign(aliases, start);
  return {
    tracking: fake.tracking,
    addRun: fake.addRun,
    addVersion: fake.addVersion,
    rename: fake.renameModel,
    runOf: fake.runOf,
    deleteVersion: fake.deleteVersion,
    aliases,
    register: (version, runId) => {
      const at = versions.findIndex((one) => one.version === version);
      versions.splice(at, 1, { version, runId, tags: {} });
    },
    moves: () =>
      fake.calls.flatMap(([method, , alias, version]) => {
        if (method === 'setAlias') {
          return [`${alias}=${version}`];
        }
        return method === 'deleteAlias' ? [`-${alias}`] : [];
      }),
    crashAfter: (moves) => {
      movesLeft = moves;
    },
  };
};
