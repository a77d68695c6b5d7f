import {
  type VlensNotification,
  vlensNotification,
  type WebhookAnswer,
} from '@identity-events/shared/contracts/vlens-webhook';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { TenantWebhook } from '@identity-events/shared/tenants/tenant';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { checkSender, isSigned, type SenderFault } from '../webhooks/check-sender.ts';
import { type TakeNotificationDeps, takeNotification } from '../webhooks/take-notification.ts';
import type { BodyBudget } from './body-budget.ts';
import { HttpProblem } from './problem.ts';

export interface VlensWebhookRouteDeps {
  readonly webhooks: TakeNotificationDeps & {
    /** Null for a tenant who is not there or takes no webhooks. */
    readonly settingsOf: (tenant: string) => TenantWebhook | null;
    /** Name of the header that carries the signature. */
    readonly signatureHeader: string;
  };
  readonly bodyBudget: BodyBudget;
  readonly logger: Logger;
}

/** A notification has a few hundred bytes. */
const bytesMax = 64 * 1024;

const readRaw = express.raw({ limit: bytesMax, inflate: false, type: () => true });

/**
 * `POST /v1/webhooks/vlens/{tenant}` with the secret in the header `X-Webhook-Secret`, or `.../{tenant}/{secret}`: 200 once the
 * notification is stored. 200 because the answer that Vlens expects is not documented, and no sender takes it for a failure.
 *
 * Whoever may not send is answered 404 whatever is wrong with the sender, so that nothing can be found out; the log says what
 * it was. A body is read only from a sender who knows the secret.
 */
export function vlensWebhookRoute(deps: VlensWebhookRouteDeps): RequestHandler {
  return async (request, response) => {
    const tenant = String(request.params['tenant']);
    const secret = String(request.params['secret'] ?? request.get('x-webhook-secret') ?? '');
    const settings = deps.webhooks.settingsOf(tenant);
    const fault = checkSender(settings, { secret, address: request.ip ?? null });
    if (fault || !settings) throw refusal(deps, fault ?? 'unknown_tenant', tenant);
    const body = await readBody(deps, request, response);
    const signature = request.get(deps.webhooks.signatureHeader);
    if (!isSigned(body, signature, settings.signingKeys)) throw refusal(deps, 'bad_signature', tenant);

    const notification = parse(body);
    const taken = await takeNotification(deps.webhooks, tenant, notification);
    deps.logger.info('webhook.taken', {
      tenant,
      notificationId: notification.Id,
      businessRequestId: notification.Data.Id,
      attempt: notification.Attempt,
      repeated: taken === 'repeated',
    });
    const answer: WebhookAnswer = { status: taken === 'announced' ? 'accepted' : 'repeated' };
    response.set('cache-control', 'no-store').json(answer);
  };
}

/** The tenant's name is logged only where it is one of ours: others are the sender's words. */
function refusal({ logger }: VlensWebhookRouteDeps, why: SenderFault | 'bad_signature', tenant: string): HttpProblem {
  logger.warn('webhook.refused', { why, tenant: why === 'unknown_tenant' ? null : tenant });
  return new HttpProblem('not-found');
}

async function readBody({ bodyBudget }: VlensWebhookRouteDeps, request: Request, response: Response): Promise<Buffer> {
  const giveBack = bodyBudget.reserve(request, bytesMax);
  try {
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
  } finally {
    giveBack();
  }
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function parse(body: Buffer): VlensNotification {
  const parsed = vlensNotification.safeParse(parseJson(body), { reportInput: false });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    return { field: path.join('/'), kind: 'invalid', detail: message } as const;
  });
  throw new HttpProblem('invalid-notification', { faults });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new HttpProblem('malformed-body', { detail: 'Send one JSON object.' });
  }
}
