import { z } from 'zod';

/** The process runs. */
export const healthView = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
export type HealthView = z.infer<typeof healthView>;

/** Whether every dependency answers now, and which ones do not. */
export const readinessView = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z
      .record(z.string(), z.enum(['ok', 'away']))
      .meta({ description: 'Every dependency by its name.', example: { redis: 'ok' } }),
  })
  .meta({ id: 'Readiness' });
export type ReadinessView = z.infer<typeof readinessView>;
