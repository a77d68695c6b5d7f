import { expect, it } from 'vitest';
import { compareVersions } from './check-api.ts';
import { judgeTopic } from './check-kafka.ts';
import { checkKey } from './check-key.ts';
import { infoOf, judgeRedis } from './check-redis.ts';
import type { Answer } from './probe.ts';

const settings = {
  'cleanup.policy': 'delete',
  'retention.ms': '604800000',
  'message.timestamp.type': 'LogAppendTime',
  'min.insync.replicas': '2',
};
const topic = { topic: 'identity.verified', partitions: 6, replicas: 3, unwell: 0, settings };

it('a topic that keeps the promises is fine', () => {
  expect(judgeTopic(topic, 3)).toEqual({
    check: 'topic identity.verified',
    state: 'ok',
    found: '6 partitions, 3 copies, kept for 7 days',
  });
});

it.each([
  ['a partition without leader', { ...topic, unwell: 1 }, 3, 'fault'],
  ['compaction', { ...topic, settings: { ...settings, 'cleanup.policy': 'compact' } }, 3, 'fault'],
  ['no end of retention', { ...topic, settings: { ...settings, 'retention.ms': '-1' } }, 3, 'fault'],
  ['one copy where there could be more', { ...topic, replicas: 1 }, 3, 'fault'],
  ['one copy on one broker', { ...topic, replicas: 1 }, 1, 'note'],
  [
    'an answer before there is a second copy',
    { ...topic, settings: { ...settings, 'min.insync.replicas': '1' } },
    3,
    'note',
  ],
  [
    'the clock of producers',
    { ...topic, settings: { ...settings, 'message.timestamp.type': 'CreateTime' } },
    3,
    'note',
  ],
  ['settings that may not be read', { ...topic, settings: {} }, 3, 'note'],
] as const)('%s is told, with what to do', (_, facts, brokers, state) => {
  expect(judgeTopic(facts, brokers)).toMatchObject({ state, advice: expect.stringMatching(/\w/) });
});

const info =
  'redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nused_memory:10\r\nmaxmemory:100\r\n';
const statesOf = (text: string) => judgeRedis(infoOf(text)).map(({ state }) => state);

it('a Redis that keeps what it is given is fine', () => {
  expect(statesOf(info)).toEqual(['ok', 'ok', 'ok', 'ok']);
});

it('a replica, another policy, no append-only file and little room are told', () => {
  const bad = info.replace('master', 'slave').replace('noeviction', 'allkeys-lru').replace('enabled:1', 'enabled:0');
  expect(statesOf(bad.replace('used_memory:10', 'used_memory:90'))).toEqual(['fault', 'fault', 'fault', 'note']);
});

it.each([
  ['1.2.0', '1.2.9', 'ok'],
  ['1.3.0', '1.2.0', 'ok'],
  ['1.1.0', '1.2.0', 'note'],
  ['2.0.0', '1.2.0', 'fault'],
])('the service having %s and the program %s is %s', (theirs, ours, state) => {
  expect(compareVersions(theirs, ours).state).toBe(state);
});

const answer = (status: number): Answer => ({ reached: true, status, body: undefined, dateMs: 0, tookMs: 1 });

it('a scope that is missing is a fault only when it is needed', async () => {
  const probe = (path: string) => Promise.resolve(answer(path.startsWith('/v1/ops') ? 403 : 400));
  const opsOf = async (wanted: readonly 'ops'[]) =>
    (await checkKey(probe, wanted)).flatMap(({ check, state }) => (check === 'scope ops' ? [state] : []));
  expect(await opsOf([])).toEqual(['note']);
  expect(await opsOf(['ops'])).toEqual(['fault']);
});

it('a key that is not known is one fault', async () => {
  expect(await checkKey(() => Promise.resolve(answer(401)), [])).toMatchObject([{ check: 'key', state: 'fault' }]);
});
