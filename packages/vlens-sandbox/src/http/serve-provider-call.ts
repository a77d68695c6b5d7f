import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorReply, type Spoilt, spoilReply, strikesBefore } from '../faults/spoil-reply.ts';
import { drawLatencyMs } from '../latency.ts';
import { ApiFailure } from '../provider/api-failure.ts';
import { authenticateBearer, authenticateTenant } from '../provider/authenticate.ts';
import type { Route } from '../provider/call.ts';
import type { CallEntry } from '../state/call-log.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Tenant } from '../state/tenant-directory.ts';
import { deliver } from './delivery.ts';
import { readJsonBody, requireJsonType, type Target } from './read-request.ts';
import { failureReply, jsonReply, type Reply, successReply } from './reply.ts';

/** A provider call on its way through the sandbox. */
interface Visit {
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly target: Target;
  readonly entry: CallEntry;
  readonly state: SandboxState;
}

/**
 * Serves one call of the provider's API, from its arrival in the call log to its answer or the fault in place of it.
 */
export async function serveProviderCall(
  route: Route | undefined,
  exchange: { request: IncomingMessage; response: ServerResponse; target: Target },
  state: SandboxState,
): Promise<void> {
  const { request, response, target } = exchange;
  const { calls, clock } = state;
  const entry = calls.arrive(route?.endpoint ?? 'unknown', clock.epochMs(), clock.monotonicMs());
  response.once('close', () => {
    calls.leave(entry, response.writableFinished ? 'answered' : 'aborted', clock.monotonicMs());
  });
  const { reply, delivery } =
    route === undefined
      ? { reply: jsonReply(404, { message: 'no such endpoint' }), delivery: { how: 'whole' as const } }
      : await visit({ route, request, target, entry, state });
  if (delivery.how !== 'hang' && delivery.how !== 'reset') entry.status = reply.status;
  entry.errorCode = reply.errorCode;
  await deliver(response, reply, delivery, clock);
}

/** The API key and the budget are checked at arrival; the body is read and the fault strikes afterwards. */
async function visit(visit: Visit): Promise<Spoilt> {
  const { route, request, entry, state } = visit;
  const whole = (reply: Reply): Spoilt => ({ reply, delivery: { how: 'whole' } });
  try {
    const tenant = authenticateTenant(request.headers, state);
    entry.tenant = tenant.name;
    entry.apiKeyHash = tenant.keyHash;
    const tooEarlyMs = state.rate.arrive(tenant.keyHash, entry.monotonicMs, state.settings);
    if (tooEarlyMs > 0) return whole(rateReply(tooEarlyMs, state));
    requireJsonType(request);
    const body = request.method === 'POST' ? await readJsonBody(request) : {};
    entry.transactionId = namedTransaction(body, visit.target);
    return await answer(visit, tenant, body);
  } catch (error) {
    if (error instanceof ApiFailure) return whole(failureReply(error, route.hasServices, state.settings.errorStyle));
    throw error;
  }
}

async function answer(visit: Visit, tenant: Tenant, body: unknown): Promise<Spoilt> {
  const { route, entry, state } = visit;
  const { extraMs, fault } = state.faults.strike(route.endpoint, entry.transactionId);
  const waitMs = drawLatencyMs(state.settings.latency, state.random) + extraMs;
  if (waitMs > 0) await state.clock.wait(waitMs);
  if (fault === null) return { reply: realReply(visit, tenant, body), delivery: { how: 'whole' } };
  entry.fault = fault.kind;
  return spoilReply(fault, strikesBefore(fault) ? null : realReply(visit, tenant, body));
}

/** What the provider itself would answer. */
function realReply({ route, request, target, entry, state }: Visit, tenant: Tenant, body: unknown): Reply {
  const { headers } = request;
  try {
    const user = authenticateBearer(headers, route.bearer, tenant, state);
    const answer = route.answer({ tenant, user, headers, query: target.query, body }, state);
    entry.transactionId ??= answer.transactionId ?? null;
    return successReply(answer);
  } catch (error) {
    if (error instanceof ApiFailure) return failureReply(error, route.hasServices, state.settings.errorStyle);
    throw error;
  }
}

function rateReply(tooEarlyMs: number, { settings }: SandboxState): Reply {
  if (settings.rateAnswer === 'code-4003') return errorReply(200, 4003, {});
  const retryAfter = { 'retry-after': String(Math.ceil(tooEarlyMs / 1000)) };
  return errorReply(429, 429, settings.rateAnswer === 'bare' ? {} : retryAfter);
}

/** The transaction a request names, wherever its endpoint wants it. */
function namedTransaction(body: unknown, { query }: Target): string | null {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const named = fields['transaction_id'] ?? fields['transactionId'] ?? query.get('transactionid') ?? query.get('id');
  return typeof named === 'string' && named !== '' && named.length <= 64 ? named : null;
}
