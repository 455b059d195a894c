/** The scripts of `tt-exp completion` in real shells, which ask the built command line. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { SHELL_SCRIPTS } from '../../../ui-cli/completion/shell-scripts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

let folder = '';
let environment: NodeJS.ProcessEnv = {};

/** As if MLflow had been asked just now. */
const KEPT = {
  askedAtMs: Date.now() + 3_600_000,
  experiments: ['sweep-0123456789', 'smoke-0123456789'],
  trials: ['sweep-0123456789/trial-000'],
  models: ['two-tower@odd', 'two-tower'],
  questions: ['two-tower'],
};

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-completion-');
  const [home, bin] = [join(folder, 'home'), join(folder, 'bin')];
  await mkdir(home);
  await mkdir(bin);
  await writeFile(join(home, 'completion.json'), JSON.stringify(KEPT));
  await writeFile(join(folder, 'mine.json'), '{}');
  const script = resolve('dist/bin/tt-exp.js');
  await writeFile(join(bin, 'tt-exp'), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
  environment = { ...process.env, TT_EXP_HOME: home, PATH: `${bin}${delimiter}${process.env.PATH}` };
});

/** What bash would offer with the cursor at the end of the line; its own splitting at word breaks included. */
const inBash = async (line: string): Promise<readonly string[]> => {
  const program = `
eval "$(tt-exp completion bash)"
COMP_LINE=$1
COMP_POINT=\${#COMP_LINE}
# As readline parts it: at white space, and at @ and = too.
read -ra COMP_WORDS <<< "$(sed 's/[@=]/ & /g' <<< "$1")"
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_tt_exp
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', program, 'bash', line], { env: environment, cwd: folder });
  return stdout.split('\n').filter((value) => value !== '');
};

describe('ui-cli/completion scripts', () => {
  test('bash offers commands, options and names', async () => {
    expect(await inBash('tt-exp wat')).toEqual(['watch']);
    expect(await inBash('tt-exp run --req')).toEqual(['--require-promotion']);
    expect(await inBash('tt-exp approve ')).toEqual(['two-tower']);
    expect(await inBash('tt-exp watch ')).toEqual(['sweep-0123456789', 'smoke-0123456789']);
  });

  test('bash offers what follows a word break, because readline keeps what is before it', async () => {
    expect(await inBash('tt-exp models show two-tower@o')).toEqual(['odd']);
    expect(await inBash('tt-exp train --device=g')).toEqual(['gpu']);
  });

  test('bash at a terminal completes a line, and falls back to files', async () => {
    const typed = async (text: string): Promise<string> => {
      const rc = join(folder, 'rc');
      await writeFile(rc, 'PS1="> "\nbind "set enable-bracketed-paste off"\neval "$(tt-exp completion bash)"\n');
      // `script` gives bash a terminal; readline completes at the tab, and ^A puts echo before what it made of the line.
      const command = `bash --rcfile ${rc} -i`;
      const child = run('script', ['-qec', command, '/dev/null'], { env: environment, cwd: folder });
      child.child.stdin?.end(`${text}\t\u0001echo "<" \u0005 ">"\nexit\n`);
      return (await child).stdout;
    };
    expect(await typed('tt-exp doct')).toContain('< tt-exp doctor >');
    expect(await typed('tt-exp run min')).toContain('< tt-exp run mine.json >');
  });

  test.skipIf(!isInstalled('zsh'))('zsh reads its script, and asks for the line up to the cursor', async () => {
    const program = `
autoload -Uz compinit && compinit -u -d ${join(folder, 'zdump')}
eval "$(tt-exp completion zsh)"
_describe() { print -rl -- "\${(@P)2}" }
words=(tt-exp watch sw) CURRENT=3 PREFIX=sw
_tt_exp`;
    const { stdout } = await run('zsh', ['-f', '-c', program], { env: environment, cwd: folder });
    expect(stdout.trim()).toBe('sweep-0123456789:experiments');
  });

  test.skipIf(!isInstalled('fish'))('fish completes a line', async () => {
    const program = 'tt-exp completion fish | source; complete -C "tt-exp watch sw"';
    const { stdout } = await run('fish', ['--no-config', '-c', program], { env: environment, cwd: folder });
    expect(stdout.trim()).toBe('sweep-0123456789\texperiments');
  });

  test('every script is valid for its shell', async () => {
    for (const [shell, script] of Object.entries(SHELL_SCRIPTS).filter(([name]) => isInstalled(name))) {
      const file = join(folder, `script.${shell}`);
      await writeFile(file, script);
      await run(shell, ['-n', file]);
    }
  });
});
