import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedBundles } from '../../../bin/served-bundles.ts';
import type { OnlineExperiment } from '../../../contracts/online-experiment.ts';
import { homeLayout } from '../../../host/home-layout.ts';
import { POINTER_FILE, writePointer } from '../../../serving/follow/pointer-file.ts';
import { createDefinition, DEFINITION_FILE, removeDefinition } from '../../../serving/online/definition-file.ts';
import { CHALLENGER_FILE, createKeptChallenger } from '../../../serving/online/kept-challenger.ts';
import { withFolder } from '../../support/make-folder.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';

const experiment: OnlineExperiment = {
  ...({ format: 1, id: 'ab-1', model: 'two-tower', mode: 'split', share: 0.1 } as const),
  champion: { version: '3', run_id: 'other' },
  challenger: { version: '4', run_id: 'run' },
  ...{ started_at: '2026-01-01T00:00:00.000Z', attribution_hours: 24 },
};

describe('bin/served-bundles', () => {
  it('names what servers begin with, and what has a part in an experiment online', () =>
    withFolder(async (home) => {
      const layout = homeLayout(home);
      const { digest } = await writeSmallBundle(home);
      const folder = layout.servingFolder('two-tower');
      const pointer = { bundle: 'b'.repeat(64), version: '3', runId: 'other' };
      expect(await servedBundles(layout)).toEqual(new Set());
      await mkdir(folder, { recursive: true });
      await writePointer(pointer, join(folder, POINTER_FILE));
      expect(await servedBundles(layout)).toEqual(new Set([pointer.bundle]));
      await createDefinition(join(folder, DEFINITION_FILE), experiment);
      expect(await servedBundles(layout)).toEqual(new Set([pointer.bundle, digest]));
      // A server begins with it while the experiment is defined, and never afterwards.
      const unopened = { load: () => expect.unreachable() };
      const kept = createKeptChallenger(join(folder, CHALLENGER_FILE), unopened, () => undefined);
      await kept.keep(experiment, digest);
      expect(await kept.isFor(experiment)).toBe(true);
      await removeDefinition(join(folder, DEFINITION_FILE), experiment.id);
      expect(await servedBundles(layout)).toEqual(new Set([pointer.bundle]));
    }));

  it('says that a definition is none, so that nothing is removed which it may have named', () =>
    withFolder(async (home) => {
      const file = join(homeLayout(home).servingFolder('two-tower'), DEFINITION_FILE);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '{}');
      await expect(servedBundles(homeLayout(home))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }));
});
