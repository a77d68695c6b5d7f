import type { Abandoned } from '@identity-events/shared/dead-letters/abandon-dead-letter';
import type { DeadLetter } from '@identity-events/shared/dead-letters/dead-letter';
import type { DeadLetters } from '@identity-events/shared/dead-letters/dead-letters';
import type { Redriven } from '@identity-events/shared/dead-letters/redrive-dead-letter';
import type {
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterSelection,
} from '@identity-events/shared/dead-letters/select-dead-letters';

export interface OwnDeadLettersDeps {
  readonly letters: Omit<DeadLetters, 'count' | 'close'>;
  /** Whether a tenant is the only one: then letters of which nobody knows whose they are are its own. */
  readonly isAlone: (tenant: string) => boolean;
}

/** Which of a tenant's letters: these, or the oldest that pass a filter. */
export interface OwnSelection {
  readonly tenant: string;
  readonly captureIds?: readonly string[] | undefined;
  readonly filter?: Omit<DeadLetterFilter, 'tenant' | 'strays'> | undefined;
  readonly limit: number;
}

export interface OwnOptions {
  readonly dryRun: boolean;
  readonly force?: boolean;
  readonly perSecond: number;
  readonly signal: AbortSignal;
}

/**
 * The dead letters as one tenant may see them: others' are answered as what is no dead letter. A letter whose capture's record
 * is gone, or tells nothing of that, names no tenant; with several tenants it is left to whoever has access to Redis.
 */
export interface OwnDeadLetters {
  list(
    tenant: string,
    filter: OwnSelection['filter'],
    page: { readonly from: number; readonly count: number },
  ): Promise<DeadLetterPage>;
  show(tenant: string, captureId: string): Promise<DeadLetter | null>;
  redrive(selection: OwnSelection, options: OwnOptions): AsyncIterable<Redriven>;
  abandon(selection: OwnSelection, options: OwnOptions): AsyncIterable<Abandoned>;
}

export function createOwnDeadLetters({ letters, isAlone }: OwnDeadLettersDeps): OwnDeadLetters {
  const within = (tenant: string, filter: OwnSelection['filter']): DeadLetterFilter => {
    return { ...filter, tenant, strays: isAlone(tenant) };
  };
  const show = async (tenant: string, captureId: string): Promise<DeadLetter | null> => {
    const letter = await letters.show(captureId);
    const owns = letter?.tenant === null ? isAlone(tenant) : letter?.tenant === tenant;
    return owns ? letter : null;
  };
  /** What of a selection is the tenant's, and the named captures that are not among its letters. */
  const choose = async (
    tenant: string,
    { captureIds, filter, limit }: Omit<OwnSelection, 'tenant'>,
  ): Promise<{ chosen: DeadLetterSelection; others: readonly string[] }> => {
    if (!captureIds) return { chosen: { filter: within(tenant, filter), limit }, others: [] };
    const own = new Set<string>();
    for (const captureId of captureIds) if (await show(tenant, captureId)) own.add(captureId);
    return { chosen: { captureIds: [...own] }, others: [...new Set(captureIds)].filter((id) => !own.has(id)) };
  };
  const notDead = (captureId: string) => ({ captureId, result: 'refused', why: 'not_dead' }) as const;

  return {
    show,
    list: (tenant, filter, page) => letters.list(within(tenant, filter), page),
    async *redrive({ tenant, captureIds, filter, limit }, options) {
      const { chosen, others } = await choose(tenant, { captureIds, filter, limit });
      yield* letters.redrive(chosen, options);
      yield* others.map(notDead);
    },
    async *abandon({ tenant, captureIds, filter, limit }, options) {
      const { chosen, others } = await choose(tenant, { captureIds, filter, limit });
      yield* letters.abandon(chosen, options);
      yield* others.map(notDead);
    },
  };
}
