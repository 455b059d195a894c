import { execFile } from 'node:child_process';

/** Commit of the checkout that the command runs in; null outside git. */
export const readGitCommit = (folder: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile('git', ['rev-parse', 'HEAD'], { cwd: folder, timeout: 5000 }, (error, stdout) => {
      // No git, no repository and no commit yet all mean the same: there is no commit to record.
      resolve(error === null ? stdout.trim() : null);
    });
  });
