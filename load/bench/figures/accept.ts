import { cpuDuring } from '../cpu.ts';
import { atLeast, digits } from '../finding.ts';
import { linkSubmissions } from '../preload.ts';
import { saturate } from '../saturate.ts';
import type { Stage } from '../stage.ts';
import { alternate, medianOf, medianRatio, type Rounds } from '../statistics.ts';
import type { Extent, Figure } from './figure.ts';

const connections = 64;

const variants = ['ours', 'bare Express', 'naive', 'promises by hand'] as const;
type Variant = (typeof variants)[number];

interface Accepting {
  readonly perSecond: number;
  /** CPU microseconds for each request: of the server, and of Redis. */
  readonly serverMicros: number;
  readonly redisMicros: number;
}

/** Requests per second of `link` captures of 1 KB, each server saturated in turn. */
export async function measureAccepting(
  stage: Stage,
  { rounds, ms }: Pick<Extent, 'rounds' | 'ms'>,
): Promise<Rounds<Variant, Accepting>> {
  await stage.setWorkers(false);
  const next = await linkSubmissions('accept');
  const { ours, naive, bare, promises, apiKey } = stage;
  const servers = {
    ours: { url: ours.url, pid: ours.api().pid },
    'bare Express': { url: bare.url, pid: bare.pid },
    naive: { url: naive.url, pid: naive.api().pid },
    'promises by hand': { url: promises.url, pid: promises.pid },
  };
  return alternate(variants, rounds, async (variant) => {
    await stage.clear();
    const { url, pid } = servers[variant];
    const processes = { server: pid, redis: stage.engines['Redis'] ?? 0 };
    const { result, cpu } = await cpuDuring(processes, () => saturate({ url, apiKey, connections, ms, next }));
    const micros = (seconds = 0): number => (seconds * 1e6) / result.accepted;
    return { perSecond: result.perSecond, serverMicros: micros(cpu['server']), redisMicros: micros(cpu['redis']) };
  });
}

export const accept: Figure = async (stage, extent) => {
  const rounds = await measureAccepting(stage, extent);
  const perSecond = (one: Accepting): number => one.perSecond;
  return {
    name: 'accept',
    title: 'Accepting a `link` capture of 1 KB',
    how: `${connections} connections that never pause, every production middleware on, API and baselines one process each. Medians of ${extent.rounds} rounds of ${extent.ms / 1_000} s in turns; ratios within rounds.`,
    verdicts: [
      atLeast('requests per second, of bare Express', medianRatio(rounds, ['ours', 'bare Express'], perSecond), 0.75),
      atLeast('requests per second, of the naive stack', medianRatio(rounds, ['ours', 'naive'], perSecond), 1),
    ],
    table: {
      head: ['', 'requests per second', 'CPU µs of the server', 'CPU µs of Redis'],
      rows: variants.map((variant) => [
        variant,
        digits(medianOf(rounds, variant, perSecond)),
        digits(medianOf(rounds, variant, (one) => one.serverMicros)),
        digits(medianOf(rounds, variant, (one) => one.redisMicros)),
      ]),
    },
  };
};
