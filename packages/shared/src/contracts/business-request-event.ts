import { z } from 'zod';
import { cloudEvent } from './cloud-event.ts';
import { eventSchemaPath } from './event-versions.ts';
import { openEnum } from './open-enum.ts';

/** The event that tells of a new status of a business request (a contract) at the provider. Its topic is its type. */
export const businessRequestEventType = 'business_request.status_changed';

/**
 * The provider's own word for a status, handed on as it came. Its documents spell only `PendingApproval`; requests are also
 * approved, partially signed, completed and rejected, in words that they do not spell.
 */
export const businessRequestStatus = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_. -]{0,63}$/)
  .meta({
    ...openEnum,
    description: "The provider's own word, as it came. Only `PendingApproval` is documented: take every other one.",
    example: 'PendingApproval',
  });

/** Data of `business_request.status_changed`. */
export const businessRequestStatusChanged = z.object({
  tenant: z.string().meta({ description: 'Whose business request it is.' }),
  businessRequestId: z.string().meta({ description: "The provider's id of the business request." }),
  status: businessRequestStatus,
  notificationId: z.string().meta({ description: "The provider's id of its notification." }),
  notifiedAt: z.iso
    .datetime()
    .nullable()
    .meta({
      description:
        'When the provider made the notification, by its own clock; null when it did not say. Notifications may arrive in ' +
        'another order than they were made in: of two, the later made one counts.',
    }),
  receivedAt: z.iso.datetime().meta({ description: 'When the notification arrived here.' }),
});

const businessRequestEvent = cloudEvent.extend({
  type: z.literal(businessRequestEventType),
  data: businessRequestStatusChanged,
});
export type BusinessRequestEvent = z.infer<typeof businessRequestEvent>;

/** What the provider said, and when it arrived. */
export type BusinessRequestChange = z.infer<typeof businessRequestStatusChanged>;

/** The event about a change. Pure: a repeated notification makes one with the same `id`. Its key is the business request. */
export function toBusinessRequestEvent(change: BusinessRequestChange): BusinessRequestEvent {
  const { tenant, businessRequestId, notificationId, notifiedAt, receivedAt } = change;
  return {
    specversion: '1.0',
    id: `vlens.${notificationId}`,
    source: `/identity-events/${tenant}`,
    type: businessRequestEventType,
    time: notifiedAt ?? receivedAt,
    subject: businessRequestId,
    datacontenttype: 'application/json',
    dataschema: eventSchemaPath(businessRequestEventType),
    partitionkey: `${tenant}:${businessRequestId}`,
    data: change,
  };
}
