import { randomUUID } from 'node:crypto';
import type { Job } from 'bullmq';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type CaptureKind,
  captureKinds,
  captureStatuses,
  carriesImages,
  type Lane,
  lanes,
} from '../contracts/capture.ts';
import { type Decision, failedBy } from '../contracts/decision.ts';
import { toRedactedEvent } from '../contracts/redacted-event.ts';
import { toIdentityEvent } from '../contracts/to-identity-event.ts';
import { createDeadLetters, type DeadLetters } from '../dead-letters/dead-letters.ts';
import { openTestQueue, type TestQueue } from '../dead-letters/test-queue.fixture.ts';
import {
  backlogOf,
  isOpen,
  type Model,
  type ModelCapture,
  newModelCapture,
  stepsOfModel,
} from './capture-model.fixture.ts';
import { statusAfter } from './capture-states.ts';
import { type Captures, createCaptures } from './captures.ts';
import { eraseRecord } from './erase-record.ts';
import { idempotencyDigest, keys } from './keys.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { clearTestRedis, openTestRedis } from './redis.fixture.ts';

/** The engines, and what a worker holds in its hands. */
interface Real {
  readonly captures: Captures;
  readonly outbox: Outbox;
  readonly jobs: TestQueue;
  readonly letters: DeadLetters;
  readonly running: Map<string, Job>;
  readonly images: Set<string>;
}
type Command = fc.AsyncCommand<Model, Real>;

const tenant = 'demo';
const redrivesMax = 1;
const createdAt = Date.now();
let redis: Redis;

beforeAll(async () => {
  redis = await openTestRedis(7);
});
afterAll(() => redis.quit());

async function open(): Promise<Real> {
  await clearTestRedis(redis);
  const captures = createCaptures(redis);
  const images = new Set<string>();
  const letters = createDeadLetters({
    tenants: () => ['demo', 'other'],
    redis,
    captures,
    images: { remove: async ({ captureId }) => void images.delete(captureId) },
    now: Date.now,
    newNonce: randomUUID,
    retentionMsOf: () => 600_000,
    imageGraceMs: 0,
    redrivesMax,
  });
  const outbox = createOutbox(redis, redis);
  return { captures, outbox, jobs: openTestQueue(redis), letters, running: new Map(), images };
}

/** A command on one of the captures there are. */
abstract class OnCapture implements Command {
  readonly nth: number;
  constructor(nth: number) {
    this.nth = nth;
  }
  check(model: Readonly<Model>): boolean {
    return model.captures.size > 0 && this.may(this.pick(model));
  }
  async run(model: Model, real: Real): Promise<void> {
    await this.act(this.pick(model), real);
    await compare(model, real);
  }
  protected pick({ captures }: Model): ModelCapture {
    return [...captures.values()][this.nth % captures.size] as ModelCapture;
  }
  protected may(_capture: ModelCapture): boolean {
    return true;
  }
  protected abstract act(capture: ModelCapture, real: Real): Promise<void>;
  toString(): string {
    return `${this.constructor.name}(${this.nth})`;
  }
}

class Accept implements Command {
  readonly #key: string;
  readonly #fingerprint: string;
  readonly #kind: CaptureKind;
  readonly #lane: Lane;
  constructor(key: string, fingerprint: string, kind: CaptureKind, lane: Lane) {
    [this.#key, this.#fingerprint, this.#kind, this.#lane] = [key, fingerprint, kind, lane];
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    const id = `cap_${randomUUID().replaceAll('-', '')}`;
    const [kind, lane, fingerprint] = [this.#kind, this.#lane, this.#fingerprint];
    const capture = { id, tenant, subject: 'user-1', kind, lane, createdAt, expiresAt: createdAt + 600_000 };
    const acceptance = await real.captures.accept(
      { ...capture, transactionId: randomUUID(), userToken: Buffer.from('sealed') },
      { key: this.#key, fingerprint, windowMs: 600_000 },
      [{ calls: 10, ms: 1_000 }],
    );
    const first = model.captures.get(this.#key);
    if (first) {
      const same = first.fingerprint === fingerprint || first.status === 'erased';
      const verdict = same ? 'replayed' : 'conflict';
      expect(acceptance).toEqual({ verdict, captureId: first.id });
    } else {
      expect(acceptance).toMatchObject({ verdict: 'accepted', captureId: id });
      if (carriesImages(kind)) real.images.add(id);
      await real.jobs.enqueue(capture);
      model.captures.set(this.#key, newModelCapture(id, kind, lane, { key: this.#key, fingerprint }));
    }
    await compare(model, real);
  }
  toString(): string {
    return `Accept(${this.#key}, ${this.#fingerprint}, ${this.#kind}, ${this.#lane})`;
  }
}

/** A worker takes the next job, whichever it is, and begins. */
class Take implements Command {
  check(): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    const job = await real.jobs.take();
    const waiting = [...model.captures.values()].filter((capture) => capture.job === 'waiting');
    const taken = waiting.find(({ id }) => id === job?.id);
    expect(taken === undefined).toBe(waiting.length === 0);
    if (taken && job) {
      expect(taken.lane).toBe(waiting.some(({ lane }) => lane === 'interactive') ? 'interactive' : 'bulk');
      taken.job = 'running';
      real.running.set(taken.id, job);
      await begin(taken, real);
    }
    await compare(model, real);
  }
  toString(): string {
    return 'Take';
  }
}

async function begin(capture: ModelCapture, { captures }: Real): Promise<void> {
  const record = await captures.begin(capture.id);
  capture.status = statusAfter('begin', capture.status, 'failed') ?? capture.status;
  expect(record?.status ?? 'erased').toBe(capture.status);
}

/** Another worker that lost its lock begins, too. */
class Begin extends OnCapture {
  protected act = begin;
}

class KeepStep extends OnCapture {
  readonly #step: number;
  constructor(nth: number, step: number) {
    super(nth);
    this.#step = step;
  }
  protected async act(capture: ModelCapture, { captures }: Real): Promise<void> {
    const steps = stepsOfModel(capture.kind);
    const step = steps[this.#step % steps.length] as string;
    const underWay = statusAfter('checkpoint', capture.status, 'failed') !== null;
    const evidence = { finishedAt: 1, durationMs: 1 };
    expect(await captures.keepStep({ id: capture.id, tenant, expiresAt: createdAt }, step, evidence)).toBe(underWay);
    if (underWay) capture.steps.add(step);
  }
}

class NoteFailedCalls extends OnCapture {
  protected async act(capture: ModelCapture, { captures }: Real): Promise<void> {
    const underWay = statusAfter('checkpoint', capture.status, 'failed') !== null;
    expect(await captures.noteFailedCalls(capture.id, capture.failedCalls + 1)).toBe(underWay);
    if (underWay) capture.failedCalls += 1;
  }
}

class Finish extends OnCapture {
  readonly #outcome: Decision['outcome'];
  readonly #withLastStep: boolean;
  constructor(nth: number, outcome: Decision['outcome'], withLastStep: boolean) {
    super(nth);
    [this.#outcome, this.#withLastStep] = [outcome, withLastStep];
  }
  protected async act(capture: ModelCapture, { captures, images }: Real): Promise<void> {
    const { id, kind } = capture;
    const no = failedBy('aml_match');
    const decision: Decision = this.#outcome === 'failed' ? no : { outcome: this.#outcome, checks: no.checks };
    const decided = { id, kind, tenant, subject: 'user-1', transactionId: randomUUID(), createdAt };
    const event = toIdentityEvent(decided, decision, createdAt);
    const to = statusAfter('finish', capture.status, this.#outcome);
    const last = stepsOfModel(kind).at(-1) as string;
    const lastStep = this.#withLastStep ? { step: last, evidence: { finishedAt: 1, durationMs: 1 } } : undefined;
    const ending = { captureId: id, tenant, event, decidedAt: createdAt, retentionMs: 600_000, lastStep };
    expect(await captures.finish(ending)).toBe(to !== null);
    if (to === null) return;
    if (lastStep) capture.steps.add(last);
    images.delete(id);
    [capture.status, capture.event] = [to, 'outbox'];
  }
}

class Erase extends OnCapture {
  protected async act(capture: ModelCapture, { captures, images, jobs }: Real): Promise<void> {
    const { id, kind, key } = capture;
    const record = { id, kind, tenant, subject: 'user-1', transactionId: randomUUID(), createdAt };
    const to = statusAfter('erase', capture.status, 'failed');
    const erased = await eraseRecord(captures, { ...record, idempotency: idempotencyDigest(key) }, createdAt);
    expect(erased).toBe(to !== null);
    images.delete(id);
    await jobs.queue.remove(id);
    if (capture.job !== 'running') capture.job = 'none';
    if (to === null) return;
    if (isOpen(capture.status)) capture.event = 'outbox';
    [capture.status, capture.redaction] = [to, 'outbox'];
    capture.steps.clear();
  }
}

class Die extends OnCapture {
  protected override may({ job }: ModelCapture): boolean {
    return job === 'running';
  }
  protected async act(capture: ModelCapture, { jobs, running }: Real): Promise<void> {
    const job = running.get(capture.id) as Job;
    await jobs.kill(job, 'bug: see the log');
    capture.job = 'dead';
    capture.diedAt = (await jobs.queue.getJob(capture.id))?.finishedOn ?? 0;
  }
}

class Complete extends OnCapture {
  protected override may({ job }: ModelCapture): boolean {
    return job === 'running';
  }
  protected async act(capture: ModelCapture, { jobs, running }: Real): Promise<void> {
    await jobs.complete(running.get(capture.id) as Job);
    capture.job = 'none';
  }
}

class Redrive extends OnCapture {
  readonly #force: boolean;
  constructor(nth: number, force: boolean) {
    super(nth);
    this.#force = force;
  }
  protected async act(capture: ModelCapture, { letters }: Real): Promise<void> {
    const refusal = refusalOf(capture, this.#force);
    for (const dryRun of [true, false]) {
      const options = { perSecond: 100, force: this.#force, dryRun };
      const { value } = await letters.redrive({ captureIds: [capture.id] }, options).next();
      const done = dryRun ? { result: 'would_redrive' } : { result: 'redriven' };
      expect(value).toMatchObject(refusal ? { result: 'refused', why: refusal } : done);
    }
    if (refusal) return;
    capture.redrives += capture.redriveOf === capture.diedAt ? 0 : 1;
    [capture.redriveOf, capture.job] = [capture.diedAt, 'waiting'];
  }
}

/** An operator's process dies between the note and the new job. */
class RedriveHalf extends OnCapture {
  protected override may({ job }: ModelCapture): boolean {
    return job === 'dead';
  }
  protected async act(capture: ModelCapture, { captures }: Real): Promise<void> {
    const redrive = { nonce: 'half', failedAt: capture.diedAt, at: createdAt, redrivesMax };
    const refusal = capture.status === 'erased' ? 'ended' : refusalOf(capture, false);
    const verdict = refusal ?? (capture.redriveOf === capture.diedAt ? 'repeated' : 'noted');
    expect(await captures.noteRedrive(capture.id, redrive)).toMatchObject({ verdict });
    if (verdict !== 'noted') return;
    capture.redrives += 1;
    capture.redriveOf = capture.diedAt;
  }
}

function refusalOf({ job, status, redrives, redriveOf, diedAt }: ModelCapture, force: boolean): string | null {
  if (job !== 'dead') return 'not_dead';
  if (status === 'erased') return 'missing';
  if (statusAfter('redrive', status, 'failed') === null) return 'ended';
  return !force && redriveOf !== diedAt && redrives >= redrivesMax ? 'too_often' : null;
}

class Abandon extends OnCapture {
  protected async act(capture: ModelCapture, { letters }: Real): Promise<void> {
    const { value } = await letters.abandon({ captureIds: [capture.id] }, { perSecond: 100 }).next();
    if (capture.job !== 'dead') return expect(value).toMatchObject({ result: 'refused', why: 'not_dead' });
    const to = statusAfter('finish', capture.status, 'failed');
    expect(value).toMatchObject({ result: to ? 'abandoned' : 'dismissed' });
    if (to) [capture.status, capture.event] = [to, 'outbox'];
    capture.job = 'none';
  }
}

/** The relay brings everything to Kafka; or an accident takes an event from the outbox, and somebody looks after it. */
class Publish implements Command {
  check(): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    const entries = await real.outbox.read(1_000, 0);
    const at = { topic: 't', partition: 0, offset: '1', at: 1 };
    await real.outbox.published(entries.map((entry) => ({ entry, at })));
    for (const capture of model.captures.values()) publish(capture);
    await compare(model, real);
  }
  toString(): string {
    return 'Publish';
  }
}

/** A redaction that went ahead of its outcome has to be repeated behind it. */
function publish(capture: ModelCapture): void {
  const wasPublished = capture.event === 'published' || (capture.event === 'outbox' && !capture.late);
  if (capture.event === 'outbox') capture.event = 'published';
  if (capture.redaction === 'outbox') capture.redaction = wasPublished ? 'published' : 'lost';
  capture.late = false;
}

class LoseEvent extends OnCapture {
  protected override may({ event, redaction }: ModelCapture): boolean {
    return event === 'outbox' || redaction === 'outbox';
  }
  protected async act(capture: ModelCapture, { outbox }: Real): Promise<void> {
    for (const entry of await outbox.read(1_000, 0)) {
      if (entry.captureId === capture.id) await redis.xdel(keys.outbox, entry.id);
    }
    if (capture.event === 'outbox') capture.event = 'lost';
    if (capture.redaction === 'outbox') capture.redaction = 'lost';
    capture.late = false;
  }
}

class AnnounceAgain extends OnCapture {
  protected async act(capture: ModelCapture, { captures }: Real): Promise<void> {
    const decided = { id: capture.id, kind: capture.kind, tenant, subject: 'u', transactionId: 't', createdAt };
    const event = toIdentityEvent(decided, failedBy('aml_match'), createdAt);
    const verdicts = { none: 'nothing_to_do', published: 'nothing_to_do', outbox: 'waiting', lost: 'restored' };
    expect(await captures.announceAgain(capture.id, event)).toBe(verdicts[capture.event]);
    if (capture.event === 'lost') [capture.event, capture.late] = ['outbox', capture.redaction === 'outbox'];
    if (capture.status !== 'erased') return;
    const redacted = toRedactedEvent(decided, createdAt);
    expect(await captures.announceAgain(capture.id, redacted)).toBe(verdicts[capture.redaction]);
    if (capture.redaction === 'lost') capture.redaction = 'outbox';
  }
}

const jobStates = { waiting: /^(waiting|prioritized)$/, running: /^active$/, dead: /^failed$/, none: /^unknown$/ };

/** Everything the engines say, against everything the model says. */
async function compare(model: Model, { captures, outbox, jobs, letters, images }: Real): Promise<void> {
  const all = [...model.captures.values()];
  const events = (await outbox.read(1_000, 0)).map(({ event }) => event.id).sort();
  expect(events).toEqual(
    all
      .flatMap(({ id, event, redaction }) => [
        ...(event === 'outbox' ? [`${id}.outcome`] : []),
        ...(redaction === 'outbox' ? [`${id}.redacted`] : []),
      ])
      .sort(),
  );
  const watched = await redis.zrange(keys.watchlist, '0', '-1');
  const toAnnounce = ({ event, redaction }: ModelCapture): boolean =>
    event !== 'published' || redaction === 'outbox' || redaction === 'lost';
  expect(new Set(watched)).toEqual(new Set(all.filter(toAnnounce).map(({ id }) => id)));
  const holdsImages = ({ status, kind }: ModelCapture): boolean => isOpen(status) && carriesImages(kind);
  expect(images).toEqual(new Set(all.filter(holdsImages).map(({ id }) => id)));
  expect(await letters.count()).toBe(all.filter(({ job }) => job === 'dead').length);
  for (const status of captureStatuses) {
    const sets = captureKinds.map((kind) => keys.index(tenant, status, kind));
    const indexed = (await Promise.all(sets.map((set) => redis.zrange(set, '0', '-1')))).flat();
    expect(indexed.sort()).toEqual(all.flatMap((capture) => (capture.status === status ? [capture.id] : [])).sort());
  }
  const backlog = await redis.hmget(keys.backlog(tenant), ...lanes);
  expect(backlog.map(Number)).toEqual(lanes.map((lane) => backlogOf(model, lane)));
  await Promise.all(
    all.map(async (capture) => {
      const { id, job, status, failedCalls, redrives, steps, event } = capture;
      expect(await jobs.queue.getJobState(id)).toMatch(jobStates[job]);
      if (status === 'erased') return compareErased(capture, captures);
      const record = await captures.read(id);
      expect(record).toMatchObject({ status, failedCalls });
      expect(record?.redrives ?? 0).toBe(redrives);
      expect([...(record?.steps.keys() ?? [])].sort()).toEqual([...steps].sort());
      expect((await redis.exists(keys.userToken(id))) === 1).toBe(isOpen(status));
      expect(record?.outcome?.outcome).toBe(isOpen(status) ? undefined : status);
      expect(record?.published !== undefined).toBe(event === 'published');
      expect((await redis.pttl(keys.capture(id))) > 0).toBe(!isOpen(status));
    }),
  );
}

const remains = ['createdAt', 'erasedAt', 'id', 'status', 'tenant', 'v'];

/** What is kept of an erased capture, and until its redaction is in Kafka for announcing it. */
async function compareErased({ id, key, redaction }: ModelCapture, captures: Captures): Promise<void> {
  expect(await captures.read(id)).toBeNull();
  expect(await redis.exists(keys.userToken(id))).toBe(0);
  const kept = Object.keys(await redis.hgetall(keys.capture(id))).sort();
  if (redaction === 'published') expect(kept).toEqual(remains);
  else expect(kept).toEqual(expect.arrayContaining(['outcome', 'subject', ...remains]));
  expect(kept.filter((field) => field.startsWith('step') || field === 'idempotency')).toEqual([]);
  expect(await redis.get(keys.idempotency(tenant, idempotencyDigest(key)))).toBe(`- ${id}`);
  expect(await redis.pttl(keys.capture(id))).toBeGreaterThan(0);
}

const nth = fc.nat({ max: 5 });
const accept = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom('x', 'x', 'y'),
    fc.constantFrom(...captureKinds),
    fc.constantFrom(...lanes),
  )
  .map((args) => new Accept(...args));
const take = fc.constant(0).map(() => new Take());
const die = nth.map((n) => new Die(n));
const redrive = fc.tuple(nth, fc.constantFrom(false, false, true)).map((args) => new Redrive(...args));
// What leads to deaths and back comes more often, for the loop guard is reached by a long way only.
const commands = [
  ...[accept, take, take, take, die, die, die, redrive, redrive, redrive],
  nth.map((n) => new RedriveHalf(n)),
  nth.map((n) => new Begin(n)),
  fc.tuple(nth, fc.nat({ max: 2 })).map((args) => new KeepStep(...args)),
  nth.map((n) => new NoteFailedCalls(n)),
  fc.tuple(nth, fc.constantFrom('verified', 'captured', 'failed'), fc.boolean()).map((args) => new Finish(...args)),
  nth.map((n) => new Erase(n)),
  nth.map((n) => new Complete(n)),
  nth.map((n) => new Abandon(n)),
  fc.constant(0).map(() => new Publish()),
  nth.map((n) => new LoseEvent(n)),
  nth.map((n) => new AnnounceAgain(n)),
] as fc.Arbitrary<Command>[];

it('whatever is done in whatever order, Redis and BullMQ say what the model says', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: 'max' }), async (sequence) => {
      const real = await open();
      try {
        await fc.asyncModelRun(() => ({ model: { captures: new Map() }, real }), sequence);
      } finally {
        await real.jobs.close();
        await real.letters.close();
      }
    }),
    { numRuns: 60, endOnFailure: false },
  );
});
