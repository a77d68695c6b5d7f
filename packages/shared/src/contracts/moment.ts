import { z } from 'zod';

/** A time as of RFC 3339, which becomes epoch ms. */
export const moment = z.iso
  .datetime({ offset: true, error: 'must be given once: a time as of RFC 3339, with its + encoded as %2B in a query' })
  .transform((text) => Date.parse(text));
