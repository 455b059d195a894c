import { expect, test } from 'vitest';
import { linkVerdict } from '../../../reports/verdict-link.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';

const RUN = { experimentId: '12', runId: 'abc123' };
const LINK = '[Gate: not promoted](#/experiments/12/runs/abc123/artifacts/gate.html?workflowType=machine_learning)';

test('the link stands below what is written there, or alone', () => {
  expect(linkVerdict('trial-003 of demo.\n', comparedVerdict(), RUN)).toBe(`trial-003 of demo.\n\n${LINK}`);
  expect(linkVerdict('', comparedVerdict(), RUN)).toBe(LINK);
});

test('a later verdict replaces the link alone, wherever people have moved it', () => {
  const first = linkVerdict('ours', comparedVerdict({ decision: 'awaiting_approval' }), {
    experimentId: '3',
    runId: 'other',
  });
  expect(first).toContain('[Gate: awaits approval](#/experiments/3/runs/other/');
  const written = `# Read me\n\n${first.slice('ours\n\n'.length)}\n\nKeep $& [Gate: not ours](https://example.org).`;
  expect(linkVerdict(written, comparedVerdict(), RUN)).toBe(
    `# Read me\n\n${LINK}\n\nKeep $& [Gate: not ours](https://example.org).`,
  );
});

test('the same verdict again changes nothing', () => {
  const once = linkVerdict('ours', comparedVerdict(), RUN);
  expect(linkVerdict(once, comparedVerdict(), RUN)).toBe(once);
});

test('a link of an earlier version, which opened the view for GenAI, is replaced too', () => {
  const earlier = '[Gate: promoted](#/experiments/12/runs/abc123/artifacts/gate.html)';
  expect(linkVerdict(`# Read me\n\n${earlier}`, comparedVerdict(), RUN)).toBe(`# Read me\n\n${LINK}`);
});
