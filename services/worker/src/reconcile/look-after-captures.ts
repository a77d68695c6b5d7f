import { AppError } from '@identity-events/shared/runtime/errors';
import { bugFields } from '@identity-events/shared/runtime/logger';
import type { Outbox } from '@identity-events/shared/store/outbox';
import { type Look, type LookAfterDeps, lookAfterCapture } from './look-after-capture.ts';

export interface LookAfterAllDeps extends LookAfterDeps {
  readonly outbox: Pick<Outbox, 'depth' | 'oldestAt' | 'asideCount'>;
}

const atOnce = 50;
const looksMax = 10_000;

/**
 * Looks after every capture that is due, and after the outbox; 10,000 captures at most, the longest overdue first, so that
 * the next round goes on where this one ended. Stops early when told to.
 *
 * A round costs as much as there is to look at: nothing while all captures end when they are expected to. Throws
 * `AppError('redis_unavailable')`: the next round looks again.
 */
export async function lookAfterCaptures(deps: LookAfterAllDeps, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const found = new Map<string, number>();
  let looks = 0;
  for (let more = true; more && looks < looksMax && !signal.aborted; ) {
    const due = await deps.watchlist.due(deps.now() - deps.graceMs, atOnce);
    for (const { finding, mended } of await Promise.all(due.map((captureId) => look(deps, captureId)))) {
      const name = mended ? `${finding}_mended` : finding;
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    looks += due.length;
    more = due.length === atOnce;
  }
  await report(deps, { looks, durationMs: Math.round(performance.now() - startedAt), ...Object.fromEntries(found) });
}

/** One capture that can't be looked after must not keep the others from it. */
async function look(deps: LookAfterDeps, captureId: string): Promise<Look | { finding: 'fault'; mended: false }> {
  try {
    return await lookAfterCapture(deps, captureId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'redis_unavailable') throw error;
    deps.logger.error('reconcile.fault', { captureId, ...bugFields(error) });
    await deps.watchlist.lookAgain(captureId, deps.now() + deps.againMs);
    return { finding: 'fault', mended: false };
  }
}

/** One line a round; a warning while events wait in the outbox for longer than they should. */
async function report(
  { outbox, now, graceMs, logger }: LookAfterAllDeps,
  round: Readonly<Record<string, number>>,
): Promise<void> {
  const [oldestAt, outboxDepth, outboxAside] = await Promise.all([
    outbox.oldestAt(),
    outbox.depth(),
    outbox.asideCount(),
  ]);
  const outboxAgeMs = oldestAt === null ? 0 : Math.max(0, now() - oldestAt);
  const line = { ...round, outboxDepth, outboxAgeMs, outboxAside };
  if (outboxAgeMs > graceMs) logger.warn('reconcile.outbox_late', line);
  else if (round['looks'] === 0) logger.debug('reconcile.captures', line);
  else logger.info('reconcile.captures', line);
}
