import type { WorkerSeams } from '../../services/worker/src/worker-seams.ts';

/** Where a worker can be told to die. */
const crashPoints = [
  'before_call',
  'after_answer',
  'after_checkpoint',
  'after_decision',
  'after_publish',
  'before_completion',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** A point, how likely passing it kills, and for whose captures only. */
export interface CrashRule {
  readonly point: CrashPoint;
  /** From 0 to 1. */
  readonly probability: number;
  readonly subject?: string | undefined;
}

/** Reads rules of the form `<point>:<probability>[@<subject>]`, comma separated. A subject needs the point `before_call`. */
export function parseCrashRules(text: string): CrashRule[] {
  return text.split(',').filter(Boolean).map(parseRule);
}

function parseRule(text: string): CrashRule {
  const [, name, probability, subject] = /^(\w+):([\d.]+)(?:@(.+))?$/.exec(text) ?? [];
  const point = crashPoints.find((known) => known === name);
  if (!point) throw new Error(`no crash rule: ${text}`);
  return { point, probability: Number(probability), subject };
}

/** The seams of a worker that calls `die` at its points. `die` never returns. */
export function crashSeams(
  rules: readonly CrashRule[],
  random: () => number,
  die: (point: CrashPoint) => never,
): WorkerSeams {
  const pass = (point: CrashPoint, subject?: string): void => {
    for (const rule of rules) {
      const meant = rule.point === point && (rule.subject === undefined || rule.subject === subject);
      if (meant && random() < rule.probability) die(point);
    }
  };
  const then =
    <A extends unknown[], T>(run: (...args: A) => Promise<T>, point: CrashPoint) =>
    async (...args: A): Promise<T> => {
      const result = await run(...args);
      pass(point);
      return result;
    };
  return {
    captures: (captures) => ({
      ...captures,
      keepStep: then(captures.keepStep, 'after_checkpoint'),
      finish: then(captures.finish, 'after_decision'),
    }),
    provider: ({ prepare }) => ({
      async prepare(step, capture) {
        const call = then(await prepare(step, capture), 'after_answer');
        return async (signal) => {
          pass('before_call', capture.subject);
          return call(signal);
        };
      },
    }),
    publisher: ({ publish }) => ({ publish: then(publish, 'after_publish') }),
    process: (run) => then(run, 'before_completion'),
  };
}
