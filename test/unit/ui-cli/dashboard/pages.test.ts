/** `o` and `y`: the page, and the command that tells the same. */
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../ui-cli/dashboard/core/places.ts';
import { driveDashboard } from '../../../support/drive-dashboard.ts';
import { catalogueModel, catalogueVersion } from '../../../support/fake-cli/fake-catalogue.ts';

const MODEL = catalogueModel({ name: 'two tower', versions: [catalogueVersion('3')] });

const open = (place: Place) => driveDashboard(place, { nowMs: Date.UTC(2026, 10, 30) }).answer('models', '', [MODEL]);

describe('ui-cli/dashboard: pages and commands', () => {
  it.each<[Place, string, string]>([
    [{ screen: 'models' }, 'two tower', "tt-exp models list 'two tower'"],
    [{ screen: 'model', name: 'two tower' }, 'two tower/3', "tt-exp models show 'two tower/3'"],
    [{ screen: 'version', name: 'a', version: '2' }, 'a/2', 'tt-exp models show a/2'],
  ])('%j: opens its page, and names the command of the row until something was done', (place, what, command) => {
    expect(open(place).press('y').lines().at(-2)).toBe(command);
    const opened = open(place).press('o');
    expect(opened.effects).toEqual([{ kind: 'act', action: { kind: 'open', what } }]);
    expect(opened.press('y').lines().at(-2)).toMatch(/^tt-exp open /);
  });

  it('a ledger and a log name their commands', () => {
    expect(open({ screen: 'ledger', name: 'a' }).press('y').lines().at(-2)).toBe('tt-exp models history a');
    expect(open({ screen: 'log', service: 'mlflow' }).press('y').lines().at(-2)).toBe('tt-exp logs -f mlflow');
  });
});
