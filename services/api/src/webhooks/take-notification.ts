import { toBusinessRequestEvent } from '@identity-events/shared/contracts/business-request-event';
import type { VlensNotification } from '@identity-events/shared/contracts/vlens-webhook';
import type { Announcements } from '@identity-events/shared/store/announcements';

export interface TakeNotificationDeps {
  readonly announcements: Announcements;
  readonly now: () => number;
  /** How long it is remembered which notifications were taken. */
  readonly windowMs: number;
}

/**
 * Takes a notification once, whatever number of attempts brings it: when this resolves, its event is in the outbox. Beyond the
 * window a repeated one is announced again, with the same event id. Throws `AppError('redis_unavailable')`.
 */
export function takeNotification(
  { announcements, now, windowMs }: TakeNotificationDeps,
  tenant: string,
  { Id, Data, CreationTimeUtc }: VlensNotification,
): Promise<'announced' | 'repeated'> {
  const notificationId = Id.toLowerCase();
  const event = toBusinessRequestEvent({
    tenant,
    businessRequestId: Data.Id.toLowerCase(),
    status: Data.NewStatus,
    notificationId,
    notifiedAt: toUtc(CreationTimeUtc),
    receivedAt: new Date(now()).toISOString(),
  });
  return announcements.once(event, { tenant, id: notificationId, windowMs });
}

const time = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/;

/** The form of the time is not documented: ISO 8601 is read, without a zone as UTC, for so it is named; null for anything else. */
function toUtc(text: string | undefined): string | null {
  const [, day, clock, fraction = '', zone = 'Z'] = time.exec(text ?? '') ?? [];
  if (!day) return null;
  const at = new Date(`${day}T${clock}${fraction}${zone}`);
  return Number.isNaN(at.valueOf()) ? null : at.toISOString();
}
