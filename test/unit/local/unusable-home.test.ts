import { expect, it } from 'vitest';
import { explainHome } from '../../../local/unusable-home.ts';

const errorOf = (code: string, syscall: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });

it('names a home that takes no files, and nothing else', () => {
  for (const error of [
    errorOf('ENOENT', 'mkdir', '/home/models'),
    errorOf('EROFS', 'open', '/home/bundles/references/a.json'),
    errorOf('EACCES', 'mkdir', '/home'),
  ]) {
    expect(explainHome(error, '/home')).toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: `the home /home cannot be written (${error.message})`,
    });
  }
  for (const error of [
    errorOf('ENOENT', 'open', '/home/models/manifest.json'),
    errorOf('EACCES', 'open', '/home2/model/manifest.json'),
    errorOf('EACCES', 'open', '/other/manifest.json'),
    new Error('a bug'),
  ]) {
    expect(explainHome(error, '/home')).toBeNull();
  }
});

it('names a home without space, also where the error names no file', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const error = Object.assign(new Error(`${code}: no space left on device, write`), { code, syscall: 'write' });
    expect(explainHome(error, '/home')).toMatchObject({
      code: 'DISK_FULL',
      message: `the home /home has no space left (${error.message})`,
      hint: expect.stringContaining('tt-exp data gc'),
    });
  }
});
