import type { Tenants, VlensAccount } from './tenant.ts';

/** Things made for a tenant's account with Vlens, each kept until the account changes. */
export interface ByAccount<T> {
  /** Undefined for a tenant without an account in this process. */
  of(tenantId: string): T | undefined;
  /** Resolves once everything is closed. */
  close(): Promise<void>;
}

/** Makes a thing at the first question for it, and closes it once the tenant's account is another one. */
export function rememberByAccount<T>(
  tenants: Pick<Tenants, 'tenantOf'>,
  make: (account: VlensAccount, tenantId: string) => { readonly made: T; readonly close: () => Promise<void> },
): ByAccount<T> {
  const kept = new Map<
    string,
    { readonly account: VlensAccount; readonly made: T; readonly close: () => Promise<void> }
  >();
  const closing = new Set<Promise<void>>();
  const drop = (id: string): void => {
    // A client that can't be closed ends with the process.
    const closed = kept
      .get(id)
      ?.close()
      .catch(() => undefined);
    kept.delete(id);
    if (!closed) return;
    const noted = closed.finally(() => closing.delete(noted));
    closing.add(noted);
  };
  return {
    of(id) {
      const account = tenants.tenantOf(id)?.vlens ?? undefined;
      const found = kept.get(id);
      if (found && found.account === account) return found.made;
      drop(id);
      if (!account) return undefined;
      const entry = { account, ...make(account, id) };
      kept.set(id, entry);
      return entry.made;
    },
    async close() {
      for (const id of [...kept.keys()]) drop(id);
      await Promise.all(closing);
    },
  };
}
