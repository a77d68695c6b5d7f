import type { AcceptedView, CaptureView } from '@identity-events/sdk/client';
import { isTerminal } from '#contracts/capture';
import { list, table } from './table.ts';

/** Captures as a table. */
export function captureTable(captures: readonly CaptureView[]): string {
  const rows = captures.map(({ id, status, kind, subject, createdAt, reason }) => [
    ...[id, status, kind, subject, createdAt, reason?.code ?? '-'],
  ]);
  return table(['CAPTURE', 'STATUS', 'KIND', 'SUBJECT', 'ACCEPTED', 'REASON'], rows);
}

/** A capture that was accepted just now. */
export function acceptedText({ id, kind, subject, expectedBy, expiresAt }: AcceptedView): string {
  return list({ capture: id, status: 'queued', kind, subject, 'expected by': expectedBy, 'expires at': expiresAt });
}

/** Everything of one capture. */
export function captureText(capture: CaptureView): string {
  const { id, status, kind, lane, subject, createdAt, expectedBy, expiresAt, decidedAt, transactionId } = capture;
  const open = isTerminal(status) ? {} : { 'expected by': expectedBy, 'expires at': expiresAt };
  const failed = Object.entries(capture.checks ?? {}).filter(([, result]) => result === 'failed');
  const { reason, event, steps } = capture;
  return list({
    capture: id,
    status,
    reason: reason && `${reason.code} (${reason.category}${reason.recapture ? ', capture again' : ''})`,
    'provider code': reason?.providerCode?.toString(),
    'failed checks': failed.length > 0 ? failed.map(([name]) => name).join(', ') : undefined,
    kind,
    lane,
    subject,
    accepted: createdAt,
    ...open,
    decided: decidedAt,
    transaction: transactionId,
    steps: steps.map(({ name, durationMs }) => `${name} ${durationMs} ms`).join(', ') || 'none yet',
    event: event ? `${event.topic} ${event.partition}/${event.offset} ${event.at}` : undefined,
  });
}

/** One capture in one line, as it changes. */
export function captureLine({ id, status, reason, steps, event }: CaptureView): string {
  const done = steps.map(({ name }) => name).join(', ');
  const place = event ? ` in ${event.topic} ${event.partition}/${event.offset}` : '';
  return `${id} ${status}${reason ? ` ${reason.code}` : ''}${done ? ` (${done})` : ''}${place}`;
}
