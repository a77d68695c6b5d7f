import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Waits more than it computes, so that one worker is at it for as long as the other takes for half of all whole-system tests. */
const LONGEST = 'chaos.e2e.test.ts';

/**
 * Vitest's own order, but the file that takes by far the longest begins first. Vitest knows how long files take once it has run them
 * here; a machine that is new would begin the longest one among the last, and wait for it alone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(LONGEST);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}
