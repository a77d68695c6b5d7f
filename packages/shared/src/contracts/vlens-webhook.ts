import { z } from 'zod';
import { businessRequestStatus } from './business-request-event.ts';

/** The one event that Vlens sends to a webhook. */
export const vlensWebhookEvent = 'App.BusinessRequestStatusChange';

/** Most characters of a webhook's secret. */
export const webhookSecretCharsMax = 512;

/** What Vlens posts to a webhook: its names, as documented. Members that are not known here are left aside. */
export const vlensNotification = z
  .looseObject({
    Id: z.guid('must be a UUID').meta({ description: 'The same for every attempt: taken once.' }),
    WebhookEvent: z.literal(vlensWebhookEvent, `must be ${vlensWebhookEvent}`),
    Attempt: z.number().int().optional().meta({ description: 'Counts the attempts; logged, and of no other use.' }),
    Data: z.looseObject({
      Id: z.guid('must be a UUID').meta({ description: 'The business request.' }),
      NewStatus: businessRequestStatus,
    }),
    CreationTimeUtc: z.string().max(64).optional().meta({ description: 'Taken as UTC when it names no zone.' }),
  })
  .meta({ id: 'VlensNotification', description: 'What Vlens posts to a webhook.' });
export type VlensNotification = z.infer<typeof vlensNotification>;

/** The answer to a notification: it is stored, and its event will be published. */
export const webhookAnswer = z
  .object({ status: z.enum(['accepted', 'repeated']).meta({ description: '`repeated`: it was taken before.' }) })
  .meta({ id: 'WebhookAnswer', description: 'The notification is stored; its event will be published.' });
export type WebhookAnswer = z.infer<typeof webhookAnswer>;
