import type { AuditAction, AuditEntry, AuditLog } from '@identity-events/shared/runtime/audit-log';
import type { RequestHandler, Response } from 'express';
import { clientOf } from './authorize.ts';

/**
 * Accounts for a request once it is over, whatever became of it: a line for every object that {@link noteObjects} named, or for the
 * capture that the route left for the log, or one without an object.
 */
export function auditRequests(log: AuditLog, action: AuditAction): RequestHandler {
  return (_request, response, next) => {
    response.once('close', () => {
      const { requestId, problem } = response.locals as { requestId: string; problem?: string };
      const { tenant, name: client } = clientOf(response);
      const outcome = outcomeOf(response);
      for (const object of objectsOf(response)) {
        log.write({ action, tenant, client, object, requestId, outcome, status: response.statusCode, problem });
      }
    });
    next();
  };
}

/** Names what a request is about, where that is not the one capture that it leaves for the log. Never anything personal. */
export function noteObjects(response: Response, objects: readonly string[]): void {
  response.locals['auditObjects'] = objects;
}

function objectsOf({ locals }: Response): readonly (string | null)[] {
  const { auditObjects, captureId } = locals as { auditObjects?: readonly string[]; captureId?: string };
  return auditObjects?.length ? auditObjects : [captureId ?? null];
}

function outcomeOf({ statusCode, writableFinished }: Response): AuditEntry['outcome'] {
  if (!writableFinished) return 'interrupted';
  if (statusCode < 400) return 'done';
  return statusCode < 500 ? 'refused' : 'failed';
}
