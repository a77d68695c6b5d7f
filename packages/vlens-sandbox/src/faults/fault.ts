import { z } from 'zod';
import { latencySchema } from '../latency.ts';

const target = {
  /** Endpoint it strikes, as `GET /_sandbox/health` lists them; `*` for all. */
  endpoint: z.string().default('*'),
  /** Strikes only calls that name this transaction. */
  transactionId: z.string().toLowerCase().optional(),
  /** Strikes that many calls, then is gone; left out: until cleared. */
  times: z.number().int().positive().optional(),
  /** Chance of striking a call that it concerns. */
  probability: z.number().gt(0).max(1).default(1),
  /** `before`: the call has no effect. `after`: the provider did its work, but the answer is spoilt. */
  when: z.enum(['before', 'after']).default('before'),
};

/** A fault to be injected. Those that spoil the real answer (truncate, malformed, drip) always strike `after`. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), latency: latencySchema, ...target }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    retryAfterSeconds: z.number().int().nonnegative().optional(),
    ...target,
  }),
  z.strictObject({ kind: z.literal('error'), errorCode: z.number().int().positive(), ...target }),
  z.strictObject({ kind: z.literal('hang'), ...target }),
  z.strictObject({ kind: z.literal('reset'), ...target }),
  z.strictObject({ kind: z.literal('truncate'), ...target }),
  z.strictObject({ kind: z.literal('malformed'), ...target }),
  z.strictObject({ kind: z.literal('html'), status: z.number().int().min(200).max(599).default(502), ...target }),
  z.strictObject({ kind: z.literal('drip'), bytesPerSecond: z.number().int().positive(), ...target }),
  z.strictObject({
    kind: z.literal('redirect'),
    status: z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]).default(302),
    location: z.string(),
    ...target,
  }),
]);

/** A checked fault. */
export type Fault = z.output<typeof faultSchema>;
/** What a caller may give. */
export type FaultInput = z.input<typeof faultSchema>;
