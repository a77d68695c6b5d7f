import { z } from 'zod';
import { flag, number, text } from './wire.ts';

/** A transaction as the provider recorded it. Names, numbers and device are left out: they are personal data. */
export interface TransactionRecord {
  readonly transactionId: string | null;
  /** The caller's own reference. */
  readonly clientTransactionId: string | null;
  readonly stepsCount: number | null;
  readonly isMatched: boolean | null;
  readonly isVerified: boolean | null;
  readonly isDigitalIdentityVerified: boolean | null;
  /** As the provider wrote it; its dates follow more than one format. */
  readonly creationTime: string | null;
  readonly creatorUserId: string | null;
}

/**
 * The answer to GetTransactionById, or null if it names no transaction.
 *
 * Source: didoc.vlens.co "get-verify-data"; not in the navigation of the current docs.
 */
export const transactionResult = z
  .object({
    data: z
      .object({
        transaction: z
          .object({
            id: text,
            clientTransactionId: text,
            stepsCount: number,
            isMatched: flag,
            isVerified: flag,
            creationTime: text,
            creatorUserId: text,
          })
          .nullish(),
        transactionItems: z.object({ isDigitalIdentityVerified: flag }).nullish(),
      })
      .nullish(),
  })
  .transform(({ data }): TransactionRecord | null => {
    if (!data?.transaction) return null;
    const { id, ...record } = data.transaction;
    const isDigitalIdentityVerified = data.transactionItems?.isDigitalIdentityVerified ?? null;
    return { transactionId: id, ...record, isDigitalIdentityVerified };
  });
