import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CaptureKind } from '../contracts/capture.ts';
import { type Decision, failedBy } from '../contracts/decision.ts';
import { toIdentityEvent } from '../contracts/to-identity-event.ts';
import { type CaptureFilter, type CaptureIndex, createCaptureIndex } from './capture-index.ts';
import { type Captures, createCaptures } from './captures.ts';
import { keys } from './keys.ts';
import { clearTestRedis, openTestRedis } from './redis.fixture.ts';

const tenant = 'demo';
const start = 1_700_000_000_000;
let redis: Redis;
let captures: Captures;
let index: CaptureIndex;

beforeAll(async () => {
  redis = await openTestRedis(20);
  captures = createCaptures(redis);
  index = createCaptureIndex(redis, captures);
});
beforeEach(() => clearTestRedis(redis));
afterAll(() => redis.quit());

interface Made {
  readonly tenant?: string;
  readonly subject?: string;
  readonly kind?: CaptureKind;
  readonly at?: number;
  /** The last digit of its id. */
  readonly last?: string;
}

/** Accepts a capture at a time; its id begins with that time, as the API makes them. */
async function accept({ tenant: of = tenant, subject = 'user-1', kind = 'link', at = start, last = '' }: Made = {}) {
  const random = randomBytes(10).toString('hex');
  const id = `cap_${at.toString(16).padStart(12, '0')}${random.slice(last.length)}${last}`;
  const times = { createdAt: at, expiresAt: at + 60_000 };
  const capture = { id, tenant: of, subject, kind, lane: 'bulk', transactionId: 't', ...times } as const;
  await captures.accept(capture, { key: id, fingerprint: 'same', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  return capture;
}
type Capture = Awaited<ReturnType<typeof accept>>;

async function end(capture: Capture, outcome: Decision['outcome'], retentionMs = 60_000): Promise<void> {
  const no = failedBy('aml_match');
  const decision: Decision = outcome === 'failed' ? no : { outcome, checks: no.checks };
  const event = toIdentityEvent(capture, decision, start);
  await captures.finish({ captureId: capture.id, tenant: capture.tenant, event, decidedAt: start, retentionMs });
}

/** Every page's ids. */
async function pages(filter: Partial<CaptureFilter>, count: number, order?: 'newest' | 'oldest'): Promise<string[][]> {
  const found: string[][] = [];
  let after: string | undefined;
  do {
    const page = await index.page({ tenant, ...filter }, { after, count, ...(order ? { order } : {}) });
    found.push(page.captures.map(({ id }) => id));
    after = page.next;
  } while (after);
  return found;
}
const ids = async (filter: Partial<CaptureFilter> = {}): Promise<string[]> => (await pages(filter, 100)).flat();
const idsOf = (all: readonly Capture[]): string[] => all.map(({ id }) => id);

it('lists the latest first, in full pages, and says when there are no more', async () => {
  const made: Capture[] = [];
  for (let i = 0; i < 25; i++) made.unshift(await accept({ at: start + i, kind: i % 2 ? 'link' : 'national_id' }));
  const found = await pages({}, 10);
  expect(found.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(found.flat()).toEqual(idsOf(made));
  expect((await pages({}, 25)).map((page) => page.length)).toEqual([25]);
  expect(await pages({ tenant: 'other' }, 10)).toEqual([[]]);
});

it('lists the earliest first where that is asked for, with the same filters', async () => {
  const made: Capture[] = [];
  for (let i = 0; i < 25; i++) made.push(await accept({ at: start + i, subject: i % 2 ? 'a' : 'b' }));
  const found = await pages({}, 10, 'oldest');
  expect(found.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(found.flat()).toEqual(idsOf(made));
  const between = { createdFrom: start + 5, createdBefore: start + 15 };
  expect((await pages(between, 3, 'oldest')).flat()).toEqual(idsOf(made.slice(5, 15)));
  const ofSubject = made.slice(5, 15).filter(({ subject }) => subject === 'a');
  expect((await pages({ ...between, subject: 'a' }, 2, 'oldest')).flat()).toEqual(idsOf(ofSubject));
});

it('captures of the same millisecond are each listed once', async () => {
  const made = await Promise.all(Array.from({ length: 60 }, () => accept()));
  expect((await pages({}, 7)).flat()).toEqual(idsOf(made).sort().reverse());
});

it('a capture is found under the status it has, and under no other', async () => {
  const [queued, begun, verified, captured, failed] = [
    await accept(),
    await accept({ at: start + 1 }),
    await accept({ at: start + 2 }),
    await accept({ at: start + 3, kind: 'national_id_ocr' }),
    await accept({ at: start + 4 }),
  ];
  await captures.begin(begun.id);
  await captures.begin(verified.id);
  await Promise.all([end(verified, 'verified'), end(captured, 'captured'), end(failed, 'failed')]);
  expect(await ids({ statuses: ['queued'] })).toEqual([queued.id]);
  expect(await ids({ statuses: ['processing'] })).toEqual([begun.id]);
  expect(await ids({ statuses: ['verified'] })).toEqual([verified.id]);
  expect(await ids({ statuses: ['captured', 'failed'] })).toEqual([failed.id, captured.id]);
  expect(await ids()).toEqual(idsOf([failed, captured, verified, begun, queued]));
});

it('filters by subject, kind and times of acceptance meet', async () => {
  const a = await accept({ subject: 'a', at: start });
  const b = await accept({ subject: 'b', at: start + 1, kind: 'national_id' });
  const c = await accept({ subject: 'a', at: start + 2, kind: 'national_id' });
  await accept({ tenant: 'other', subject: 'a', at: start + 2 });
  await end(c, 'failed');
  expect(await ids({ subject: 'a' })).toEqual([c.id, a.id]);
  expect(await ids({ subject: 'a', statuses: ['queued'] })).toEqual([a.id]);
  expect(await ids({ subject: 'a', kinds: ['national_id'] })).toEqual([c.id]);
  expect(await ids({ subject: 'b', kinds: ['link'] })).toEqual([]);
  expect(await ids({ kinds: ['national_id'] })).toEqual([c.id, b.id]);
  expect(await ids({ createdFrom: start + 1 })).toEqual([c.id, b.id]);
  expect(await ids({ createdBefore: start + 2 })).toEqual([b.id, a.id]);
  expect(await ids({ createdFrom: start + 1, createdBefore: start + 2 })).toEqual([b.id]);
  expect(await ids({ createdFrom: 0, createdBefore: Number.MAX_SAFE_INTEGER })).toHaveLength(3);
});

it('paging is stable while captures arrive and move', async () => {
  const made: Capture[] = [];
  for (let i = 0; i < 30; i++) made.unshift(await accept({ at: start + i }));
  const seen: string[] = [];
  let after: string | undefined;
  for (let at = start + 1_000; ; at++) {
    const page = await index.page({ tenant }, { after, count: 4 });
    seen.push(...page.captures.map(({ id }) => id));
    after = page.next;
    if (!after) break;
    const late = await accept({ at });
    await captures.begin((made[at % 30] as Capture).id);
    await end(late, 'failed');
  }
  expect(seen).toEqual(idsOf(made));
});

it('a page looks at a thousand captures at most, and the next goes on behind them', async () => {
  const wanted = await accept({ at: start });
  await end(wanted, 'failed');
  await Promise.all(Array.from({ length: 1_200 }, (_, i) => accept({ at: start + 1 + i })));
  const filter = { subject: 'user-1', statuses: ['failed'] } as const;
  expect(await pages(filter, 50)).toEqual([[], [wanted.id]]);
});

it('what is gone leaves the index: on reading, by later captures, and with the last record', async () => {
  const [first, second] = [await accept(), await accept({ at: start + 1 })];
  const [third, sixteenth] = [await accept({ at: start + 2, last: '1' }), await accept({ at: start + 3, last: '0' })];
  const failed = keys.index(tenant, 'failed', 'link');
  const subject = keys.subjectIndex(tenant, 'user-1');
  await Promise.all([end(first, 'failed'), end(second, 'failed')]);
  expect(await redis.pttl(failed)).toBeGreaterThan(50_000);
  expect(await redis.pttl(subject)).toBeGreaterThan(14 * 86_400_000);

  await redis.del(keys.capture(first.id), keys.capture(second.id));
  await end(third, 'failed');
  expect(await redis.zrange(failed, '0', '-1')).toEqual([first.id, second.id, third.id]);
  await end(sixteenth, 'failed');
  expect(await redis.zrange(failed, '0', '-1')).toEqual([third.id, sixteenth.id]);
  await redis.del(keys.capture(third.id), keys.capture(sixteenth.id));
  expect(await ids({ subject: 'user-1' })).toEqual([]);
  expect(await redis.exists(subject)).toBe(0);
  expect(await ids()).toEqual([]);
  expect(await redis.exists(failed)).toBe(0);
});

it("a subject's set stays while a capture of theirs is open, and forgets the oldest that ran out", async () => {
  const first = await accept();
  await end(first, 'failed');
  await redis.del(keys.capture(first.id));
  const second = await accept({ at: start + 1 });
  const subject = keys.subjectIndex(tenant, 'user-1');
  expect(await redis.pttl(subject)).toBe(-1);
  expect(await redis.zrange(subject, '0', '-1')).toEqual([second.id]);
});

it('a capture that was erased is forgotten wherever it stood', async () => {
  const capture = await accept();
  await captures.begin(capture.id);
  await redis.del(keys.capture(capture.id));
  await index.forget(capture);
  expect(await redis.keys('{idv}:index:*')).toEqual([]);
});
