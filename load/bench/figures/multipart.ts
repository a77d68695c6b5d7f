import { readProcessUse } from '../../src/watch/watch-processes.ts';
import { cpuDuring } from '../cpu.ts';
import { atLeast, atMost, digits } from '../finding.ts';
import { submissionsOf } from '../preload.ts';
import { saturate } from '../saturate.ts';
import type { Stage } from '../stage.ts';
import { alternate, medianOf, medianRatio, percentile, type Rounds } from '../statistics.ts';
import type { Extent, Figure } from './figure.ts';

const connections = 8;
/** Five of them are 2 MB. */
const imageBytes = 400_000;

const variants = ['ours', 'bare parser', 'bare parser, flushed', 'ours, as JSON'] as const;
type Variant = (typeof variants)[number];

interface Uploading {
  readonly perSecond: number;
  readonly cpuMs: number;
  /** Bytes that Redis received for each capture. */
  readonly redisBytes: number;
}

export async function measureUploading(
  stage: Stage,
  { rounds, ms }: Pick<Extent, 'rounds' | 'ms'>,
): Promise<Rounds<Variant, Uploading>> {
  const { ours, multipart, apiKey } = stage;
  const next = {
    multipart: await submissionsOf('multipart', [{ kind: 'national_id', imageBytes: [imageBytes] }]),
    json: await submissionsOf('multipart', [{ kind: 'national_id', encoding: 'json', imageBytes: [imageBytes] }]),
  };
  const api = { url: ours.url, pid: ours.api().pid };
  const servers = {
    ours: { ...api, path: '/v1/captures', next: next.multipart },
    'bare parser': { ...multipart, path: '/plain', next: next.multipart },
    'bare parser, flushed': { ...multipart, path: '/flushed', next: next.multipart },
    'ours, as JSON': { ...api, path: '/v1/captures', next: next.json },
  };
  return alternate(variants, rounds, async (variant) => {
    await stage.clear();
    const { url, path, pid, next: submissions } = servers[variant];
    const before = await redisInput(stage);
    const { result, cpu } = await cpuDuring({ server: pid }, () =>
      saturate({ url, path, apiKey, connections, ms, next: submissions }),
    );
    const redisBytes = ((await redisInput(stage)) - before) / result.accepted;
    return { perSecond: result.perSecond, cpuMs: ((cpu['server'] ?? 0) * 1_000) / result.accepted, redisBytes };
  });
}

async function redisInput({ redis }: Stage): Promise<number> {
  return Number(/total_net_input_bytes:(\d+)/.exec(await redis.info('stats'))?.[1]);
}

const sampleEveryMs = 100;

/** Resident memory of the API while 50 captures with images are always under way: in the first third, and in the last. */
async function measureMemory(stage: Stage, ms: number): Promise<{ early: number; late: number; peak: number }> {
  const next = await submissionsOf('flat', [{ kind: 'national_id', imageBytes: [imageBytes] }]);
  const { pid } = stage.ours.api();
  const samples: number[] = [];
  await stage.clear();
  const timer = setInterval(() => samples.push((readProcessUse(pid)?.residentBytes ?? 0) / 1024 ** 2), sampleEveryMs);
  await saturate({ url: stage.ours.url, apiKey: stage.apiKey, connections: 50, ms, next });
  clearInterval(timer);
  await stage.clear();
  const third = Math.floor(samples.length / 3);
  return {
    // Of the second third, for in the first the heap still grows to its working size.
    early: percentile(samples.slice(third, 2 * third), 95),
    late: percentile(samples.slice(-third), 95),
    peak: Math.max(...samples),
  };
}

export const multipart: Figure = async (stage, extent) => {
  await stage.setWorkers(false);
  const rounds = await measureUploading(stage, extent);
  const { early, late, peak } = await measureMemory(stage, extent.ms * 5);
  const perSecond = (one: Uploading): number => one.perSecond;
  const redisBytes = medianOf(rounds, 'ours', (one) => one.redisBytes);
  return {
    name: 'multipart',
    title: 'A capture with 2 MB of images',
    how: `${connections} connections that never pause; the bare parser is busboy, which writes each file to disk as it comes, without and with waiting until it is there, as the API does. Medians of ${extent.rounds} rounds of ${extent.ms / 1_000} s in turns. Memory: 50 captures under way for ${(extent.ms * 5) / 1_000} s.`,
    verdicts: [
      atLeast('captures per second, of the bare parser', medianRatio(rounds, ['ours', 'bare parser'], perSecond), 0.7),
      atMost('memory at 50 under way, last third against the middle one', late / early, 1.1, ' times'),
      atMost('bytes that Redis gets for each capture', redisBytes, 10_000),
    ],
    table: {
      head: ['', 'captures per second', 'CPU ms of the server', 'bytes to Redis'],
      rows: [
        ...variants.map((variant) => [
          variant,
          digits(medianOf(rounds, variant, perSecond)),
          digits(medianOf(rounds, variant, (one) => one.cpuMs)),
          variant.startsWith('ours') ? digits(medianOf(rounds, variant, (one) => one.redisBytes)) : '',
        ]),
        [
          'memory of the API at 50 under way',
          `${digits(early)} then ${digits(late)} MiB, ${digits(peak)} at most`,
          '',
          '',
        ],
      ],
    },
  };
};
