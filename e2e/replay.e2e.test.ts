import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KafkaRecord, openEventLog } from './support/event-log.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

/** A replay as the API shows it. */
interface Replay {
  readonly id: string;
  readonly status: string;
  readonly replayed: number;
  readonly skipped: Readonly<Record<string, number>>;
}

const otherTopic = `e2e.replayed.${randomUUID()}`;
let system: TestSystem;
beforeAll(async () => {
  const worker = { VLENS_WINDOWS: '1000/1s', REPLAY_TOPICS: otherTopic, JOB_LOCK_MS: '2000', STALLED_CHECK_MS: '500' };
  system = await openTestSystem({ name: 'replay', database: 63, env: { worker, api: { REPLAY_TOPICS: otherTopic } } });
});
afterAll(() => system?.close());

async function call(path: string, body?: object): Promise<Replay> {
  const headers = { 'content-type': 'application/json' };
  const response = await system.captures.ask(path, body ? { method: 'POST', body: JSON.stringify(body), headers } : {});
  if (!response.ok) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Replay;
}
const start = (body: object): Promise<Replay> => call('/v1/ops/replays', body);
const ended = ({ id }: Replay): Promise<Replay> =>
  system.until(
    () => call(`/v1/ops/replays/${id}`),
    ({ status }) => ['completed', 'cancelled', 'failed'].includes(status),
  );

/** Captures of one person, one after the other, each with its event in Kafka. */
async function published(scenarios: readonly string[], subject: string): Promise<string[]> {
  const captureIds: string[] = [];
  for (const scenario of scenarios) {
    const captureId = await system.captures.link(scenario, { subject });
    captureIds.push(captureId);
    await system.until(
      () => system.captures.read(captureId),
      (read) => read.event !== undefined,
    );
  }
  return captureIds;
}

const replaysIn = (records: readonly KafkaRecord[], id: string): KafkaRecord[] =>
  records.filter(({ headers }) => headers['replay_id'] === id);

it("a person's outcomes come again as they were, in their order, with the replay in a header; erased ones do not", async () => {
  const [first, erased, third] = await published(['0000', '0000', '0030'], 'replayed-1');
  if (!first || !erased || !third) throw new Error('unreachable');
  await system.captures.ask(`/v1/captures/${erased}`, { method: 'DELETE' });
  const before = await system.captures.read(first);
  const replay = await start({ filter: { subject: 'replayed-1' } });
  expect(await ended(replay)).toMatchObject({ status: 'completed', replayed: 2 });
  for (const captureId of [first, third]) {
    const [original, again, ...more] = await system.until(
      () => system.events.recordsOf(captureId),
      ({ length }) => length === 2,
    );
    expect(more).toEqual([]);
    expect(again).toMatchObject({ topic: original?.topic, key: original?.key, data: original?.data });
    expect(again?.headers).toEqual({ ...original?.headers, replay_id: replay.id });
  }
  expect(replaysIn(system.events.recordsOf(erased), replay.id)).toEqual([]);
  expect(await system.captures.read(first)).toEqual(before);
});

it('named outcomes go to another topic, after a dry run that publishes nothing', async () => {
  const captureIds = await published(['0000', '0030'], 'replayed-2');
  const dry = await ended(await start({ captureIds, topic: otherTopic, dryRun: true }));
  expect(dry).toMatchObject({ status: 'completed', replayed: 2 });
  const replay = await ended(await start({ captureIds, topic: otherTopic }));
  expect(replay).toMatchObject({ status: 'completed', replayed: 2 });
  const events = await openEventLog(process.env['KAFKA_BROKERS'] ?? '', [otherTopic]);
  const records = await system.until(
    () => events.records,
    ({ length }) => length >= 2,
  );
  expect(records.map(({ data }) => data.captureId)).toEqual(captureIds);
  expect(records.map(({ headers }) => headers['ce_type'])).toEqual(['identity.verified', 'identity.failed']);
  expect(replaysIn(records, replay.id)).toHaveLength(2);
  expect(await events.isComplete()).toBe(true);
  await events.close();
});

it('a worker that is killed in the middle leaves the rest to the next, which repeats one batch at most', async () => {
  const captureIds = await published(Array<string>(8).fill('0000'), 'replayed-3');
  const replay = await start({ captureIds, perSecond: 2 });
  const seen = () => replaysIn(system.events.records, replay.id);
  await system.until(seen, ({ length }) => length >= 2);
  await system.system.parts.worker.kill();
  expect(seen().length).toBeLessThan(8);
  await system.system.restart('worker');
  expect(await ended(replay)).toMatchObject({ status: 'completed', replayed: 8 });
  const idsSeen = (): string[] => seen().map(({ headers }) => headers['ce_id'] ?? '');
  const ids = await system.until(idsSeen, (all) => new Set(all).size === 8);
  expect([...new Set(ids)]).toEqual(captureIds.map((captureId) => `${captureId}.outcome`));
  expect(ids.length).toBeLessThanOrEqual(8 + 2);
});

it('one that is cancelled ends before its end', async () => {
  const captureIds = await published(['0000', '0000', '0000', '0000'], 'replayed-4');
  const { id } = await start({ captureIds, perSecond: 1 });
  await system.until(
    () => replaysIn(system.events.records, id),
    ({ length }) => length >= 1,
  );
  await system.captures.ask(`/v1/ops/replays/${id}`, { method: 'DELETE' });
  const { status, replayed } = await ended({ id } as Replay);
  expect(status).toBe('cancelled');
  expect(replayed).toBeLessThan(4);
});
