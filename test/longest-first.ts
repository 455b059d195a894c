/** Order of the test files: those that take minutes first, so that no core idles while the last one of them ends. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In this order, before all others. */
const LONGEST = [
  'test/e2e/',
  'test/chaos/',
  'test/integration/faults-',
  'test/integration/gate-at-once',
  'test/integration/compute/',
  'test/ui/terminal',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONGEST.findIndex((part) => moduleId.includes(part));
  return place < 0 ? LONGEST.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
