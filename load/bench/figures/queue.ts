import { cpuDuring } from '../cpu.ts';
import { atLeast, digits } from '../finding.ts';
import { linkSubmissions, preloadNaive, preloadOurs } from '../preload.ts';
import type { Stage } from '../stage.ts';
import { alternate, medianOf, medianRatio, percentile, type Rounds } from '../statistics.ts';
import { waitUntil } from '../wait-until.ts';
import type { Extent, Figure } from './figure.ts';

const variants = ['ours', 'naive'] as const;
type Variant = (typeof variants)[number];

interface Draining {
  readonly perSecond: number;
  /** CPU microseconds for each capture, by process. */
  readonly micros: Readonly<Record<string, number>>;
}

const drainedWithinMs = 180_000;

/** Captures per second that one worker process carries from a full queue into Kafka. */
export async function measureDraining(
  stage: Stage,
  { rounds, captures }: Pick<Extent, 'rounds' | 'captures'>,
): Promise<Rounds<Variant, Draining>> {
  await stage.setWorkers(true);
  const next = await linkSubmissions('queue');
  const preload = { ours: preloadOurs, naive: preloadNaive };
  return alternate(variants, rounds, async (variant) => {
    const { queue, worker } = stage[variant];
    await stage.clear();
    // The worker stays warm from round to round; it is only not given anything while the queue is filled.
    await queue.pause();
    await preload[variant](stage, captures, next);
    const arrivals: number[] = [];
    stage.onEvent = ({ at }) => void arrivals.push(at);
    const processes = { ...stage.engines, worker: worker().pid, sandbox: stage.sandbox.pid };
    const { cpu } = await cpuDuring(processes, async () => {
      await queue.resume();
      await waitUntil(() => arrivals.length >= captures, drainedWithinMs, `${captures} events of ${variant}`);
    });
    const micros = Object.entries(cpu).map(([name, seconds]) => [name, (seconds * 1e6) / captures] as const);
    return { perSecond: steadyRate(arrivals), micros: Object.fromEntries(micros) };
  });
}

/** Between the first and the last tenth, in which not everybody is busy. */
function steadyRate(arrivals: readonly number[]): number {
  const seconds = (percentile(arrivals, 90) - percentile(arrivals, 10)) / 1_000;
  return (arrivals.length * 0.8) / seconds;
}

export const queue: Figure = async (stage, extent) => {
  const rounds = await measureDraining(stage, extent);
  const perSecond = (one: Draining): number => one.perSecond;
  const parts = ['worker', 'Redis', 'Kafka', 'sandbox'];
  return {
    name: 'queue',
    title: 'Captures through the queue, one worker process',
    how: `A queue of ${extent.captures} \`link\` captures, a sandbox without latency, no budget, the same concurrency on both sides; the rate at which events are read from Kafka, without the first and last tenth. Medians of ${extent.rounds} rounds in turns.`,
    verdicts: [
      atLeast('captures per second, of the naive worker', medianRatio(rounds, ['ours', 'naive'], perSecond), 1.5),
    ],
    table: {
      head: ['', 'captures per second', ...parts.map((part) => `CPU µs of ${part}`)],
      rows: variants.map((variant) => [
        variant,
        digits(medianOf(rounds, variant, perSecond)),
        ...parts.map((part) => digits(medianOf(rounds, variant, ({ micros }) => micros[part] ?? Number.NaN))),
      ]),
    },
  };
};
