/**
 * Baseline b, the API: what a capable team writes in a day. Express, a zod schema, one `queue.add` for each request. No
 * authentication, no idempotency, no record, no log.
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { listen } from './listen.ts';
import { type NaiveJob, naiveJobOptions, naiveQueue } from './naive-queue.ts';

const connection = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null });
const queue = new Queue<NaiveJob>(naiveQueue, { connection });

const capture = z.object({
  kind: z.literal('link'),
  subject: z.string().min(1).max(128),
  lane: z.enum(['interactive', 'bulk']).optional(),
  userToken: z.string().min(1).max(8_192),
  transactionId: z.uuid(),
});

const app = express();
app.use(express.json());

app.post('/v1/captures', async (request, response) => {
  const parsed = capture.safeParse(request.body);
  if (!parsed.success) return void response.status(422).json({ errors: parsed.error.issues });
  const { kind, subject } = parsed.data;
  const captureId = randomUUID();
  await queue.add('capture', { captureId, ...parsed.data }, naiveJobOptions);
  const now = new Date().toISOString();
  response.status(202).json({ id: captureId, kind, subject, status: 'queued', createdAt: now });
});

listen(app);
