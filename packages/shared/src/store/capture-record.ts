import { z } from 'zod';
import { captureKinds, captureStatuses, lanes } from '../contracts/capture.ts';
import { checks, identityCaptured, identityFailed, identityVerified, reason } from '../contracts/identity-event.ts';
import { AppError } from '../runtime/errors.ts';

const epochMs = z.coerce.number().int();
const json = <T extends z.ZodType>(inner: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(inner);

/** Where an event stands in Kafka. */
export const publication = z.object({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.string(),
  at: epochMs,
});
export type Publication = z.infer<typeof publication>;

const anyChecks = { checks: checks.loose() };

/**
 * An outcome as some version wrote it: what this one does not know of it, a reason or a field, is kept as it is. So API and
 * workers of two versions run side by side, and an event that is made again is the one that was lost.
 */
const recordedOutcome = z.discriminatedUnion('outcome', [
  identityVerified.loose().extend(anyChecks),
  identityCaptured.loose().extend(anyChecks),
  identityFailed.loose().extend({ ...anyChecks, reason: reason.loose().extend({ code: z.string() }) }),
]);

/** Versions of records that can be read: in `1`, the sealed token stands in the record, in base64. Written is the last one. */
export const recordVersions = ['1', '2'] as const;

/** The fields of a record but its steps. */
export const recordFields = z.object({
  v: z.enum(recordVersions),
  id: z.string(),
  tenant: z.string(),
  subject: z.string(),
  kind: z.enum(captureKinds),
  lane: z.enum(lanes),
  status: z.enum(captureStatuses),
  createdAt: epochMs,
  expiresAt: epochMs,
  /** When its outcome could be expected, as of its acceptance. */
  expectedBy: epochMs,
  /** The provider's transaction: given by the client, or made at the front door and sent with the first call. */
  transactionId: z.string(),
  traceparent: z.string().optional(),
  /** Digest of the Idempotency-Key it was accepted with. */
  idempotency: z.string().optional(),
  /** Provider calls that failed in a way that may pass. */
  failedCalls: z.coerce.number().int().default(0),
  /** Times it got a new attempt as a dead letter; the last of them by its nonce, its time and the death it followed. */
  redrives: z.coerce.number().int().optional(),
  redriveNonce: z.string().optional(),
  redrivenAt: epochMs.optional(),
  redriveOf: epochMs.optional(),
  /** Times its event was replayed. */
  replays: z.coerce.number().int().optional(),
  decidedAt: epochMs.optional(),
  /** Until when the fields of the person's card are kept; absent when they were not. */
  identityUntil: epochMs.optional(),
  outcome: json(recordedOutcome).optional(),
  published: json(publication).optional(),
});

const erasedFields = z.object({
  id: z.string(),
  tenant: z.string(),
  erasedAt: epochMs,
  /** This and the rest: kept until its redaction is in Kafka, and only what it takes to announce it. */
  subject: z.string().optional(),
  outcome: json(recordedOutcome).optional(),
  published: json(publication).optional(),
  traceparent: z.string().optional(),
});
/** What remains of a capture that was erased. */
export type ErasedRecord = z.infer<typeof erasedFields>;

/** When a step finished and how long its call took. What else it brought is the worker's to read. */
const step = z.looseObject({ finishedAt: epochMs, durationMs: z.number() });
export type RecordedStep = z.infer<typeof step>;

/** The truth about one capture. `steps` holds what each finished provider step brought, by step name. */
export type CaptureRecord = z.infer<typeof recordFields> & {
  readonly steps: ReadonlyMap<string, RecordedStep>;
  /** The sealed token of the end user: for whoever begins the capture, and until it ends. */
  readonly userToken?: Buffer | undefined;
};

const stepPrefix = 'step:';

/** Name of the record's field that holds a finished step. */
export const stepField = (step: string): string => `${stepPrefix}${step}`;

/** The step whose field that is. */
export const stepOfField = (field: string): string => field.slice(stepPrefix.length);

/** Sealing context of a record's field. */
export const fieldContext = (tenant: string, captureId: string, field: string): string =>
  `${tenant}/${captureId}/${field}`;

const isErased = (hash: Readonly<Record<string, string>>): boolean => hash['status'] === 'erased';

/** Values of which later versions may have more than this one. */
const known: Readonly<Record<string, readonly string[]>> = {
  v: recordVersions,
  status: captureStatuses,
  kind: captureKinds,
  lane: lanes,
};

/** What this version does not know it takes for a newer one's; what it knows and can't read is damage. */
function isNewer(hash: Readonly<Record<string, string>>): boolean {
  return Object.entries(known).some(([name, values]) => {
    const value = hash[name];
    return value !== undefined && !values.includes(value);
  });
}

/**
 * Reads a record as Redis returns it; null when there is none, or it was erased. Throws `AppError('record_newer')`, which is
 * retriable: processes of a newer version can read it. Throws `AppError('record_invalid')` for one that is damaged.
 */
export function parseCaptureRecord(hash: Readonly<Record<string, string>>): CaptureRecord | null {
  if (Object.keys(hash).length === 0 || isErased(hash)) return null;
  if (isNewer(hash)) throw new AppError('record_newer', 'A newer version wrote this record.', { retriable: true });
  const parsed = recordFields.safeParse(hash, { reportInput: false });
  if (!parsed.success) throw unreadable(parsed.error);
  return { ...parsed.data, steps: parseSteps(hash) };
}

/** Reads what remains of an erased capture; null when it is not erased. Throws `AppError('record_invalid')`. */
export function parseErasedRecord(hash: Readonly<Record<string, string>>): ErasedRecord | null {
  if (!isErased(hash)) return null;
  const parsed = erasedFields.safeParse(hash, { reportInput: false });
  if (!parsed.success) throw unreadable(parsed.error);
  return parsed.data;
}

function parseSteps(hash: Readonly<Record<string, string>>): Map<string, RecordedStep> {
  const steps = new Map<string, RecordedStep>();
  for (const [name, value] of Object.entries(hash)) {
    if (!name.startsWith(stepPrefix)) continue;
    const parsed = json(step).safeParse(value, { reportInput: false });
    if (!parsed.success) throw unreadable(parsed.error);
    steps.set(stepOfField(name), parsed.data);
  }
  return steps;
}

function unreadable(error: z.ZodError): AppError {
  const paths = error.issues.map((issue) => issue.path.join('.')).join(', ');
  return new AppError('record_invalid', `A capture record can not be read: ${paths}.`, { retriable: false });
}
