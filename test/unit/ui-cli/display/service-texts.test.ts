import { expect, test } from 'vitest';
import type { ServiceProgress } from '../../../../contracts/services.ts';
import { createServiceTexts, isUnderway } from '../../../../ui-cli/display/service-texts.ts';

const event = (step: ServiceProgress['step'], percent?: number, part = 'mlflow'): ServiceProgress => ({
  part,
  step,
  message: 'numpy',
  ...(percent !== undefined && { percent }),
});

test('each part has its own share, and its own time', () => {
  let nowMs = 0;
  const { tell } = createServiceTexts(() => nowMs);
  expect(tell(event('python', 0))).toBe('mlflow: python: numpy');
  nowMs = 1_000;
  expect(tell(event('download', 10))).toBe('mlflow: download: numpy (10 %)');
  expect(tell(event('download', 10, 'tensorflow'))).toBe('tensorflow: download: numpy (10 %)');
  nowMs = 10_000;
  expect(tell(event('download', 40))).toBeNull();
  // 40 % in 10 s, so 60 % in 15 s; the other part began at 1 s: 50 % in 9 s.
  expect(tell(event('install', 40))).toBe('mlflow: install: numpy (40 %, 15 s left)');
  expect(tell(event('install', 50, 'tensorflow'))).toBe('tensorflow: install: numpy (50 %, 9.0 s left)');
  expect(tell(event('ready', 100))).toBe('mlflow: ready: numpy');
});

test('all parts that are underway, and no others', () => {
  const { tell, underway } = createServiceTexts(() => 0);
  expect(underway()).toBe('');
  tell(event('download', 40));
  tell(event('download', 50, 'tensorflow'));
  tell(event('start', undefined, 'temporal'));
  expect(underway()).toBe('mlflow: download: numpy (40 %); tensorflow: download: numpy (50 %)');
  tell(event('ready', 100));
  expect(underway()).toBe('tensorflow: download: numpy (50 %)');
});

test('notes, and parts that are ready or say no share, are not underway', () => {
  const underway = [
    event('download', 40),
    event('ready', 100),
    event('notice', 40),
    event('start'),
    event('verify', 100),
  ];
  expect(underway.map(isUnderway)).toEqual([true, false, false, false, false]);
});
