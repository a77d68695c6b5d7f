import process from 'node:process';
import { testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { expect, test } from 'vitest';
import { type Profile, profile } from './profile.ts';
import { runLoad } from './run-load.ts';
import { startLocalTarget } from './target.ts';
import { watchRedis } from './watch/watch-redis.ts';

/** This file's own database in the test Redis. */
const database = 30;

const short: Profile = profile.parse({
  name: 'short',
  description: 'Every kind and both encodings, for two seconds.',
  stages: [{ seconds: 2, perSecond: [5, 25] }],
  mix: [
    { kind: 'link', weight: 4 },
    { kind: 'link', weight: 2, lane: 'bulk', scenario: '0030', expect: 'failed' },
    { kind: 'national_id', weight: 2, imageBytes: [20_000] },
    { kind: 'national_id', weight: 1, encoding: 'json', scenario: 'spoof', expect: 'failed' },
    { kind: 'national_id_ocr', weight: 1 },
  ],
  lateSeconds: 20,
  system: { windows: '900/1s', providerLatency: 'fixed:5' },
});

test.each(['http', 'queue'] as const)('through the door "%s", every capture of a run has its event', async (door) => {
  const { REDIS_URL } = process.env;
  process.env['REDIS_URL'] = testRedisUrl(database);
  const options = { from: 'source', cpuProfile: false, log: () => undefined } as const;
  await using target = await startLocalTarget({ ...short, door }, options);
  process.env['REDIS_URL'] = REDIS_URL;
  const { url = '', tenant = '', windows = [] } = target.redis ?? {};
  const redis = watchRedis(url, tenant, windows);
  try {
    const { balance, latencies, refused, due, timeline } = await runLoad({
      profile: { ...short, door },
      door: target.door,
      brokers: target.brokers,
      redis,
      processes: target.processes,
      onSecond: () => undefined,
    });

    expect(refused).toEqual({});
    expect(due).toBeGreaterThan(15);
    expect(balance).toMatchObject({
      accepted: due,
      arrived: due,
      missing: 0,
      duplicates: 0,
      conflicts: 0,
      unexpected: 0,
    });
    expect([latencies.accept.count, latencies.event.count]).toEqual([due, due]);
    expect(timeline.reduce((sum, { events }) => sum + events, 0)).toBe(due);
    expect(timeline.some(({ budgetUse: [use = 0] }) => use > 0)).toBe(true);
    expect(Object.keys(timeline.at(-1)?.cpu ?? {})).toEqual(expect.arrayContaining(['api', 'worker']));
  } finally {
    await redis.close();
  }
});
