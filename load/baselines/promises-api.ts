/**
 * Baseline c, the API: the heart of what our 202 promises, each part in the shortest way that a team would write: who asks is known by its key,
 * the body is held against a contract, the token sealed, the capture kept once per idempotency key, its job queued, the request logged. No limits,
 * no index, no expected time, no metrics, no audit log, no traces, no images. What ours costs above this is its own; what this costs above the naive
 * stack is the promise's.
 */
import { createCipheriv, createSecretKey, hash, randomBytes, randomUUID } from 'node:crypto';
import process from 'node:process';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { Queue } from 'bullmq';
import express, { type RequestHandler } from 'express';
import winston from 'winston';
import { z } from 'zod';
import { listen } from './listen.ts';

/** Nobody takes these jobs. */
const queueName = 'promises-captures';

const dayMs = 86_400_000;

/** Takes a capture once per key. KEYS: idempotency key, record. ARGV: id, fingerprint, ms, then field/value pairs. Returns the id that counts. */
const take = `
local held = redis.call('HMGET', KEYS[1], 'id', 'fingerprint')
if held[1] then
  if held[2] ~= ARGV[2] then return redis.error_reply('CONFLICT') end
  return held[1]
end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'fingerprint', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
return ARGV[1]`;

const sealingKey = createSecretKey(randomBytes(32));
const clients = new Map([[hash('sha256', process.env['API_KEY'] ?? ''), 'bench']]);
const { combine, timestamp, json } = winston.format;
const logger = winston.createLogger({
  format: combine(timestamp(), json()),
  transports: [new winston.transports.Console()],
});

/** As ours and not as anyone's: the way commands are written is not the promise's. */
const connection = connectPatiently(process.env['REDIS_URL'] ?? '', logger);
const queue = new Queue<{ captureId: string }>(queueName, { connection, skipVersionCheck: true });
const takeSha = String(await connection.script('LOAD', take));

const capture = z.strictObject({
  kind: z.literal('link'),
  subject: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/),
  lane: z.enum(['interactive', 'bulk']).default('interactive'),
  userToken: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  transactionId: z.uuid(),
});

function seal(plain: string, context: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey, iv).setAAD(Buffer.from(context));
  const body = cipher.update(plain);
  cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

const log: RequestHandler = (request, response, next) => {
  const [requestId, startedAt] = [randomUUID(), performance.now()];
  response.set('x-request-id', requestId);
  response.once('close', () => {
    const durationMs = performance.now() - startedAt;
    logger.info('http.request', { requestId, method: request.method, status: response.statusCode, durationMs });
  });
  next();
};

const authenticate: RequestHandler = (request, response, next) => {
  const client = clients.get(hash('sha256', request.get('authorization')?.slice('Bearer '.length) ?? ''));
  if (client === undefined) return void response.sendStatus(401);
  response.locals['client'] = client;
  next();
};

const app = express();

app.post('/v1/captures', log, authenticate, express.json(), async (request, response) => {
  const parsed = capture.safeParse(request.body);
  const key = request.get('idempotency-key');
  if (!parsed.success || !key) return void response.status(422).json({ errors: parsed.error?.issues });
  const { userToken, ...fields } = parsed.data;
  const client = String(response.locals['client']);
  const [newId, createdAt] = [randomUUID(), new Date().toISOString()];
  const record = { ...fields, client, status: 'queued', createdAt, userToken: seal(userToken, `${client}/${newId}`) };
  const keys = [`promises:idem:${client}:${hash('sha256', key)}`, `promises:capture:${newId}`];
  const fingerprint = hash('sha256', JSON.stringify(parsed.data));
  const pairs = Object.entries({ id: newId, ...record }).flat();
  const id = String(await connection.evalsha(takeSha, 2, ...keys, newId, fingerprint, dayMs, ...pairs));
  await queue.add('capture', { captureId: id }, { jobId: id });
  response
    .status(202)
    .location(`/v1/captures/${id}`)
    .json({ id, kind: fields.kind, subject: fields.subject, status: 'queued', createdAt });
});

listen(app);
