import type { AcceptedView, CaptureView } from '@identity-events/shared/contracts/capture-view';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** The answer to an accepted capture: the same for every repetition of the request. */
export function toAcceptedView(record: CaptureRecord): AcceptedView {
  return {
    id: record.id,
    kind: record.kind,
    subject: record.subject,
    status: 'queued',
    createdAt: iso(record.createdAt),
    expectedBy: iso(record.expectedBy),
    expiresAt: iso(record.expiresAt),
    links: { self: captureUrl(record.id) },
  };
}

/** Where a capture stands, without anything personal. */
export function toCaptureView(record: CaptureRecord): CaptureView {
  const { outcome, published } = record;
  return {
    id: record.id,
    kind: record.kind,
    subject: record.subject,
    lane: record.lane,
    status: record.status,
    createdAt: iso(record.createdAt),
    expectedBy: iso(record.expectedBy),
    expiresAt: iso(record.expiresAt),
    transactionId: record.transactionId,
    steps: toStepViews(record.steps),
    ...(record.decidedAt === undefined ? {} : { decidedAt: iso(record.decidedAt) }),
    ...(outcome ? { checks: outcome.checks } : {}),
    ...(outcome?.outcome === 'failed' ? { reason: outcome.reason } : {}),
    ...(published ? { event: { ...published, at: iso(published.at) } } : {}),
    links: { self: captureUrl(record.id) },
  };
}

/** Path of a capture. */
export function captureUrl(captureId: string): string {
  return `/v1/captures/${captureId}`;
}

/** Finished provider steps in the order in which they finished. */
function toStepViews(steps: CaptureRecord['steps']): CaptureView['steps'] {
  return [...steps]
    .sort(([, a], [, b]) => a.finishedAt - b.finishedAt)
    .map(([name, { finishedAt, durationMs }]) => ({ name, finishedAt: iso(finishedAt), durationMs }));
}
