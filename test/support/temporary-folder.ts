/** A folder for a test or a file of tests, which nobody has to remove. */
import { afterAll, onTestFinished, TestRunner } from 'vitest';
import { makeFolder, removeFolder } from './make-folder.ts';

/** Made outside of any test. */
const ofFile: string[] = [];

// Registered when the file of tests is read, before its own hooks, and so run after them.
afterAll(async () => {
  await Promise.all(ofFile.map(removeFolder));
});

/**
 * An empty folder: in a test or `beforeEach` for this test, elsewhere for the file. It is removed after all hooks of the
 * test or file, passed or failed, so that what they stop may still write.
 */
export const temporaryFolder = async (prefix = 'tt-exp-test-'): Promise<string> => {
  const folder = await makeFolder(prefix);
  if (TestRunner.getCurrentTest() === undefined) {
    ofFile.push(folder);
  } else {
    onTestFinished(() => removeFolder(folder));
  }
  return folder;
};
