/** Order of the test files: those that take minutes first, so that no core idles while the last one of them ends. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In this order, before all others that have a process each, or that share them. */
const LONGEST = [
  'test/e2e/',
  'test/chaos/',
  'test/integration/faults-',
  'test/integration/gate-at-once',
  'test/integration/compute/',
  'test/ui/terminal',
  'test/integration/serving/',
  'test/integration/pipeline/',
  'test/architecture/rooms',
  'test/property/',
  'test/unit/policy/gate/calibrate',
  'test/unit/models/',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONGEST.findIndex((part) => moduleId.includes(part));
  return place < 0 ? LONGEST.length : place;
};

/** A process is shared as long as the next file shares too, so those are one block; short files at the end fill the cores. */
const isShared = ({ project }: TestSpecification): boolean => !project.config.isolate;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted(
      (one, other) => Number(isShared(one)) - Number(isShared(other)) || placeOf(one) - placeOf(other),
    );
  }
}
