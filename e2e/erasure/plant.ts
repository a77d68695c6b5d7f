import { randomBytes, randomUUID } from 'node:crypto';
import { keys } from '@identity-events/shared/store/keys';
import { syntheticIdentity } from '@identity-events/vlens-sandbox/identities/synthetic-identity';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { type Needle, needleOf } from '../search/needles.ts';
import type { Redis } from '../search/read-redis.ts';
import type { TestSystem } from '../support/test-system.ts';

export const kinds = ['link', 'national_id', 'national_id_ocr'] as const;
export type Kind = (typeof kinds)[number];

/** A capture all of whose values are its own. */
export interface Planted {
  readonly id: string;
  readonly subject: string;
  readonly transactionId: string;
  /** Everything that may give the person away; grows with what the service makes of it. */
  readonly needles: Needle[];
}

const imageNames = ['front', 'back', 'face1', 'face2', 'face3'] as const;
const unique = (word: string): string => `${word}-${randomBytes(9).toString('hex')}`;

export interface PlantOptions {
  /** Default: a person of its own. */
  readonly subject?: string;
  /** What the sandbox finds in the front of the document. */
  readonly front?: string;
}

/** Submits a capture of unique values; resolves once it is accepted. */
export async function plant(test: TestSystem, kind: Kind, options: PlantOptions = {}): Promise<Planted> {
  const subject = options.subject ?? unique('person');
  const userToken = unique('sandbox-user');
  const idempotencyKey = unique('key');
  const images = kind === 'link' ? [] : imageNames.map((name) => imageOf(name, options));
  // The sandbox verifies every transaction that begins so.
  const given = { transactionId: `11111111${randomUUID().slice(8)}` };
  const fields = {
    kind,
    subject,
    ...(kind === 'national_id_ocr' ? {} : { userToken }),
    ...(kind === 'link' ? given : {}),
    ...Object.fromEntries(images.map(({ name, bytes }) => [name, bytes.toString('base64')])),
  };
  const response = await test.captures.ask('/v1/captures', {
    method: 'POST',
    body: JSON.stringify(fields),
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
  });
  if (response.status !== 202) throw new Error(`answered ${response.status}: ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  const { transactionId } = await test.captures.read(id);
  const person = syntheticIdentity('vlens-sandbox', transactionId);
  const values = {
    subject,
    transaction: transactionId,
    'idempotency key': idempotencyKey,
    ...('userToken' in fields ? { 'user token': userToken } : {}),
    'ID number': person.idNumber,
    'ID key': person.idKey,
  };
  const needles = Object.entries(values).map(([what, value]) => needleOf(what, id, value));
  for (const { name, seed, bytes } of images) {
    needles.push(needleOf(`image ${name}`, id, seed), needleOf(`image ${name}`, id, bytes.subarray(-64)));
  }
  return { id, subject, transactionId, needles };
}

function imageOf(name: (typeof imageNames)[number], { front }: PlantOptions) {
  const seed = unique(name);
  const scenario = name === 'front' && front !== undefined ? { scenario: front } : {};
  return { name, seed, bytes: sampleImage({ seed, ...scenario }) };
}

/** What remains of an erased capture by decision (docs/erasure.md), and what is looked for anyway. */
const skipped = new Set(['v', 'id', 'tenant', 'status', 'createdAt', 'idempotency', 'subject', 'transactionId']);

/**
 * Takes whatever Redis holds of the capture now for values to look for: sealed ones, digests, evidence, of fields that this
 * proof has never heard of, too.
 */
export async function plantRecorded(redis: Redis, planted: Planted): Promise<void> {
  const record = await redis.hgetall(keys.capture(planted.id));
  const claim = await redis.get(keys.idempotency(record['tenant'] ?? '', record['idempotency'] ?? ''));
  const card: Record<string, string> = await redis.hgetall(keys.identity(planted.id));
  const sealed = Object.entries(card).map(([step, value]) => [`sealed card of ${step}`, value]);
  const values = { ...record, ...Object.fromEntries(sealed), fingerprint: claim?.split(' ')[0] ?? '' } as Record<
    string,
    string
  >;
  for (const [field, value] of Object.entries(values)) {
    if (skipped.has(field) || value.length < 16) continue;
    planted.needles.push(needleOf(field === 'outcome' ? field : `record's ${field}`, planted.id, value));
  }
}
