import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';

/** What is sent, and where to. Only the body's form is documented; attempts, waits and signature are invented. */
export const webhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(1_000)).default({}),
  /** Default: a new one. */
  id: z.guid().optional(),
  businessRequestId: z.guid().optional(),
  newStatus: z.string().max(200).default('PendingApproval'),
  event: z.string().max(200).default('App.BusinessRequestStatusChange'),
  attemptsMax: z.number().int().min(1).max(10).default(3),
  waitMs: z.number().int().min(0).max(60_000).default(1_000),
  /** Sent this often, however it is answered. */
  repeats: z.number().int().min(1).max(10).default(1),
  /** Signs the body as ASP.NET Boilerplate does. */
  signingKey: z.string().max(512).optional(),
});
type Webhook = z.output<typeof webhookSchema>;

/** A webhook under way or done. `status` of an attempt is null when there was no answer. */
export interface WebhookDelivery {
  readonly id: string;
  readonly businessRequestId: string;
  readonly attempts: readonly { readonly epochMs: number; readonly status: number | null }[];
  readonly outcome: 'pending' | 'delivered' | 'given_up';
}

const timeoutMs = 10_000;

/** Sends webhooks and knows what became of the last 1,000. */
export class WebhookSender {
  readonly #clock: Clock;
  readonly #deliveries = new BoundedMap<string, WebhookDelivery>(1_000);
  #stopping = new AbortController();
  #order: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to send and says under which id; see {@link list}. */
  send(webhook: Webhook): WebhookDelivery {
    const { id = randomUUID(), businessRequestId = randomUUID() } = webhook;
    const delivery: WebhookDelivery = { id, businessRequestId, attempts: [], outcome: 'pending' };
    this.#keep(delivery);
    void this.#deliver(webhook, delivery, this.#stopping.signal);
    return delivery;
  }

  list(): readonly WebhookDelivery[] {
    return this.#order.flatMap((id) => this.#deliveries.get(id) ?? []);
  }

  /** Ends what is under way and forgets everything. */
  clear(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#deliveries.clear();
    this.#order = [];
  }

  async #deliver(webhook: Webhook, started: WebhookDelivery, signal: AbortSignal): Promise<void> {
    const creationTime = new Date(this.#clock.epochMs()).toISOString();
    let delivery = started;
    let answered = 0;
    while (!signal.aborted && delivery.outcome === 'pending') {
      const attempt = delivery.attempts.length + 1;
      const status = await post(webhook, bodyOf(webhook, delivery, { attempt, creationTime }), signal);
      if (status !== null && status < 300) answered += 1;
      const attempts = [...delivery.attempts, { epochMs: this.#clock.epochMs(), status }];
      const givenUp = attempt >= Math.max(webhook.attemptsMax, webhook.repeats);
      const outcome = answered >= webhook.repeats ? 'delivered' : givenUp ? 'given_up' : 'pending';
      delivery = { ...delivery, attempts, outcome };
      if (signal.aborted) return;
      this.#keep(delivery);
      if (outcome === 'pending') await this.#clock.wait(webhook.waitMs);
    }
  }

  #keep(delivery: WebhookDelivery): void {
    this.#deliveries.set(delivery.id, delivery);
    this.#order = [...this.#order.filter((id) => id !== delivery.id), delivery.id].slice(-1_000);
  }
}

function bodyOf(
  { event, newStatus }: Webhook,
  { id, businessRequestId }: WebhookDelivery,
  { attempt, creationTime }: { readonly attempt: number; readonly creationTime: string },
): string {
  return JSON.stringify({
    Id: id,
    WebhookEvent: event,
    Attempt: attempt,
    Data: { Id: businessRequestId, NewStatus: newStatus },
    CreationTimeUtc: creationTime,
  });
}

/** The status of the answer; null for none. */
async function post({ url, headers, signingKey }: Webhook, body: string, signal: AbortSignal): Promise<number | null> {
  const signature = signingKey && createHmac('sha256', signingKey).update(body).digest('hex').toUpperCase();
  const dashed = signature?.match(/../g)?.join('-');
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(dashed ? { 'abp-webhook-signature': `sha256=${dashed}` } : {}),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
