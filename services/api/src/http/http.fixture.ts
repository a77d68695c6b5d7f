import { type ApiScope, apiScopes } from '@identity-events/shared/contracts/scopes';
import type { AuditEntry } from '@identity-events/shared/runtime/audit-log';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { CaptureRecord, ErasedRecord } from '@identity-events/shared/store/capture-record';
import type { Captures, NewCapture } from '@identity-events/shared/store/captures';
import type { ImageStore, SealedImages } from '@identity-events/shared/store/image-store';
import { createSealer } from '@identity-events/shared/store/seal';
import { keepTenants } from '@identity-events/shared/tenants/keep-tenants';
import { testClient, testTenant } from '@identity-events/shared/tenants/tenant.fixture';
import type { Express } from 'express';
import { newCaptureId } from '../captures/capture-id.ts';
import { sealSubmission } from '../captures/seal-submission.ts';
import { buildContractDocuments } from '../documents/contract-documents.ts';
import { createFakeIdentityImages, type FakeIdentityImages } from '../identities/identity-images.fixture.ts';
import { createFakeAllowances } from '../limits/allowance.fixture.ts';
import { createBodyBudget } from './body-budget.ts';
import { createHttpApp, type HttpAppDeps } from './create-http-app.ts';
import { createSlots } from './slots.ts';
import { createWaits } from './waits.ts';

export const apiKey = 'test-key-of-the-portal';
export const strangerKey = 'test-key-of-another-tenant';
/** The key of a client that has this scope and no other. */
export const keyWith = (scope: ApiScope): string => `test-key-with-${scope}`;
export const imagesInFlightMax = 2;
export const waitsMax = 2;

/** The API on ports that keep everything in memory, with switches for what may go wrong behind them. */
export interface ApiFixture {
  readonly app: Express;
  readonly stored: Map<string, NewCapture>;
  /** Images as they came to be sealed, by capture. */
  readonly submitted: Map<string, ReadonlyMap<string, Uint8Array>>;
  /** By capture, as they were put. */
  readonly images: Map<string, SealedImages>;
  readonly queued: string[];
  readonly identityImages: FakeIdentityImages;
  readonly audited: AuditEntry[];
  /** What was asked of the stores, in order: the method, and the tenant where it is an argument. */
  readonly calls: string[];
  readonly lines: { message: string; fields: unknown }[];
  /** While true, every store answers that it is away. */
  away: boolean;
  /** While true, images can't be sealed. */
  sealingFails: boolean;
  /** While true, more images wait than may. */
  imagesOverloaded: boolean;
}

/** `parts` take the place of their fakes. */
export function createApiFixture(bodyBytesInFlightMax = 1024 ** 3, parts: Partial<HttpAppDeps> = {}): ApiFixture {
  const stored: ApiFixture['stored'] = new Map();
  const erased = new Map<string, ErasedRecord>();
  const claims = new Map<string, { fingerprint: string; captureId: string }>();
  const submitted: ApiFixture['submitted'] = new Map();
  const images: ApiFixture['images'] = new Map();
  const queued: string[] = [];
  const lines: ApiFixture['lines'] = [];
  const audited: AuditEntry[] = [];
  const calls: string[] = [];
  const line = (message: string, fields?: unknown): void => void lines.push({ message, fields });
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const whileUp = <T>(value: () => T): Promise<T> =>
    fixture.away
      ? Promise.reject(new AppError('redis_unavailable', 'away', { retriable: true }))
      : Promise.resolve().then(value);

  const captures: Pick<Captures, 'accept' | 'read' | 'readErased' | 'readOwner' | 'erase' | 'salvage' | 'forget'> =
    recorded(calls, {
      accept: (capture, claim) =>
        whileUp(() => {
          const held = claims.get(`${capture.tenant} ${claim.key}`);
          if (held) {
            const verdict = held.fingerprint === claim.fingerprint ? 'replayed' : 'conflict';
            return { verdict, captureId: held.captureId } as const;
          }
          claims.set(`${capture.tenant} ${claim.key}`, { fingerprint: claim.fingerprint, captureId: capture.id });
          stored.set(capture.id, capture);
          return { verdict: 'accepted', captureId: capture.id, expectedBy: capture.createdAt } as const;
        }),
      read: (captureId) =>
        whileUp((): CaptureRecord | null => {
          const capture = stored.get(captureId);
          return capture
            ? { ...capture, expectedBy: capture.createdAt, v: '1', status: 'queued', failedCalls: 0, steps: new Map() }
            : null;
        }),
      salvage: () => whileUp(() => null),
      forget: () => whileUp(() => false),
      readOwner: () => whileUp(() => null),
      readErased: (captureId) => whileUp(() => erased.get(captureId) ?? null),
      erase: ({ capture: { id, tenant }, erasedAt }) =>
        whileUp(() => {
          if (stored.delete(id)) erased.set(id, { id, tenant, erasedAt });
          return true;
        }),
    });
  const imageStore: Pick<ImageStore, 'put' | 'remove'> = {
    async put({ captureId }, files) {
      if (fixture.imagesOverloaded) {
        throw new AppError('image_store_overloaded', 'too many wait', { retriable: true });
      }
      images.set(captureId, files);
    },
    remove: async ({ captureId }) => void images.delete(captureId),
  };
  const sealer = createSealer(`k1:${Buffer.alloc(32, 1).toString('base64')}`);
  const identityImages = createFakeIdentityImages();
  const app = createHttpApp({
    tenants: keepTenants([
      testTenant('demo', {
        clients: [
          testClient('demo', 'portal', apiKey, apiScopes),
          ...apiScopes.map((scope) => testClient('demo', `with-${scope}`, keyWith(scope), [scope])),
        ],
      }),
      testTenant('other', { clients: [testClient('other', 'stranger', strangerKey, apiScopes)] }),
    ]).tenants,
    allowances: createFakeAllowances({}),
    bodyBudget: createBodyBudget(bodyBytesInFlightMax),
    captures,
    captureIndex: {
      page: ({ tenant }) => {
        calls.push(`page ${tenant}`);
        return whileUp(() => ({ captures: [] }));
      },
    },
    changes: { watch: () => whileUp(() => () => undefined) },
    waits: createWaits(waitsMax),
    heartbeatMs: 20,
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'up 1\n' },
    onAnswered: () => undefined,
    webhooks: {
      announcements: { once: () => whileUp(() => 'announced') },
      now: Date.now,
      windowMs: 60_000,
      settingsOf: () => null,
      signatureHeader: 'x-signature',
    },
    trustedProxies: [],
    identity: { captures: { readSealedIdentity: () => whileUp(() => new Map()) }, sealer, now: Date.now },
    deadLetters: {
      list: () => whileUp(() => ({ letters: [], next: null })),
      show: () => whileUp(() => null),
      redrive: () => nothing(),
      abandon: () => nothing(),
    },
    replays: {
      start: () => whileUp(() => ({ result: 'overloaded' })),
      show: () => whileUp(() => null),
      cancel: () => whileUp(() => null),
    },
    stopping: new AbortController().signal,
    ...parts,
    submit: {
      captures,
      images: imageStore,
      queue: { enqueue: (captureId) => whileUp(() => void queued.push(captureId)) },
      sealer,
      async seal(submission) {
        submitted.set(submission.owner.captureId, submission.images);
        if (fixture.sealingFails) throw new Error('worker exited with code: 1');
        return sealSubmission(sealer, submission);
      },
      logger,
      now: Date.now,
      newCaptureId,
      newTransactionId: () => '0b5a4a52-3d2e-4f4e-9d5e-7f2a1c7c9f10',
      windowsOf: () => [{ calls: 10, ms: 1_000 }],
      idempotencyWindowMs: 60_000,
      expiryMsOf: () => 86_400_000,
    },
    erase: {
      captures,
      images: imageStore,
      jobs: {
        remove: (captureId) => whileUp(() => void queued.splice(0, queued.length, ...without(queued, captureId))),
      },
      index: {
        forget: async () => undefined,
        ofSubject: async (tenant) => {
          calls.push(`ofSubject ${tenant}`);
          return { captureIds: [], total: 0 };
        },
      },
      now: Date.now,
    },
    identityImages,
    imageSlots: createSlots(imagesInFlightMax),
    documents: buildContractDocuments(),
    readiness: { redis: () => whileUp(() => undefined) },
    newRequestId: () => 'request-1234',
    audit: { write: (entry) => void audited.push(entry) },
    logger,
  });
  const seen = { stored, submitted, images, queued, identityImages, lines, audited, calls };
  const fixture: ApiFixture = { app, ...seen, away: false, sealingFails: false, imagesOverloaded: false };
  return fixture;
}

async function* nothing(): AsyncGenerator<never> {}

const without = (ids: readonly string[], captureId: string): string[] => ids.filter((id) => id !== captureId);

/** The same port, which notes every call. */
function recorded<T extends Readonly<Record<string, unknown>>>(calls: string[], port: T): T {
  const methods = Object.entries(port).map(([name, method]) => {
    const noted = (...args: unknown[]): unknown => {
      calls.push(name);
      return (method as (...args: unknown[]) => unknown)(...args);
    };
    return [name, noted] as const;
  });
  return Object.fromEntries(methods) as T;
}
