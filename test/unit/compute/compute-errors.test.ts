import { expect, test } from 'vitest';
import { explainChildEnd, explainJobError } from '../../../compute/compute-errors.ts';
import { TtExpError } from '../../../contracts/errors.ts';

test.each([
  ['OOM when allocating tensor with shape[8192,8192] on /job:localhost/device:GPU:0', 'TT_TF_BACKEND'],
  ['CUDA_ERROR_OUT_OF_MEMORY: out of memory', 'TT_TF_BACKEND'],
  ['failed to allocate memory', 'fewer trials'],
  ['failed to alloc 2147483648 bytes on host', 'fewer trials'],
  ['Array buffer allocation failed', 'fewer trials'],
])('"%s" is OUT_OF_MEMORY with a remedy', (message, remedy) => {
  const explained = explainJobError(new Error(`${message}\nsecond line`));
  expect(explained).toMatchObject({ code: 'OUT_OF_MEMORY', message: `CUDA out of memory: ${message}` });
  expect(explained).toHaveProperty('hint', expect.stringContaining(remedy));
});

test('the words people look for are not said twice', () => {
  expect(explainJobError(new Error('CUDA out of memory. Tried to allocate 2 GiB'))).toHaveProperty(
    'message',
    'CUDA out of memory. Tried to allocate 2 GiB',
  );
});

test('a full disk is DISK_FULL', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(explainJobError(error)).toMatchObject({ code: 'DISK_FULL' });
});

test('errors of ours and unknown ones pass through', () => {
  const ours = new TtExpError('DATA_INVALID', 'an out of memory that is ours');
  const unknown = new Error('the room is full');
  expect(explainJobError(ours)).toBe(ours);
  expect(explainJobError(unknown)).toBe(unknown);
  expect(explainJobError('text')).toBe('text');
});

test('an abort of the C library for want of memory is OUT_OF_MEMORY', () => {
  const lines = ["terminate called after throwing an instance of 'std::bad_alloc'", '  what():  std::bad_alloc'];
  expect(explainChildEnd({ exitCode: null, signal: 'SIGABRT', lines })).toMatchObject({ code: 'OUT_OF_MEMORY' });
});

test('a heap that ran full is OUT_OF_MEMORY', () => {
  const lines = [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    '----- trace -----',
  ];
  expect(explainChildEnd({ exitCode: null, signal: 'SIGABRT', lines })).toMatchObject({ code: 'OUT_OF_MEMORY' });
});

test('a crash names its signal and the line that tells most', () => {
  const lines = ['starting', 'Error: cannot find it', 'Node.js v20.20.2'];
  const crash = explainChildEnd({ exitCode: null, signal: 'SIGSEGV', lines });
  expect(crash).toMatchObject({ code: 'TRAINER_CRASHED', details: { signal: 'SIGSEGV', lastLines: lines } });
  expect(crash.message).toBe('compute process: ended by SIGSEGV without a result: Error: cannot find it');
});

test('a silent end says so', () => {
  const { message } = explainChildEnd({ exitCode: 0, signal: null, lines: [] });
  expect(message).toBe('compute process: ended by exit code 0 without a result: it wrote nothing to stderr');
});
