import { SeededRandom } from '@identity-events/vlens-sandbox/random';
import { type NaiveJob, naiveJobOptions } from '../baselines/naive-queue.ts';
import { profile } from '../src/profile.ts';
import { createSubmissions, type Submission } from '../src/submissions.ts';
import type { Stage } from './stage.ts';

const inFlight = 200;
const bulk = 500;

/** Submissions of `link` captures of about 1 KB. */
export function linkSubmissions(seed: string): Promise<() => Submission> {
  return submissionsOf(seed, [{ kind: 'link' }]);
}

/** Submissions of a mix, as a profile names it. */
export function submissionsOf(seed: string, mix: readonly object[]): Promise<() => Submission> {
  const whole = profile.parse({ name: 'bench', description: '', stages: [{ seconds: 1, perSecond: 1 }], mix });
  return createSubmissions(whole, new SeededRandom(seed));
}

/** Puts so many captures into our queue, by the steps of production. */
export async function preloadOurs({ door }: Stage, count: number, next: () => Submission): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while ((left -= 1) >= 0) {
      const answer = await door.submit(next());
      if ('refused' in answer) throw new Error(`a capture was refused: ${answer.refused}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
}

/** Puts as many into the queue of the naive stack. */
export async function preloadNaive({ naive }: Stage, count: number, next: () => Submission): Promise<void> {
  for (let done = 0; done < count; done += bulk) {
    const jobs = Array.from({ length: Math.min(bulk, count - done) }, () => {
      const { idempotencyKey: captureId, fields } = next();
      return { name: 'capture', data: { captureId, ...fields } as unknown as NaiveJob, opts: naiveJobOptions };
    });
    await naive.queue.addBulk(jobs);
  }
}
