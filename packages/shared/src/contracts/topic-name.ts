import { z } from 'zod';

/** A name that Kafka takes for a topic; it would refuse another one for ever. */
export const topicName = z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, 'must be 1 to 249 letters, digits or . _ -');
