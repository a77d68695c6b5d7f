import { createHash } from 'node:crypto';
import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { AppError } from '@identity-events/shared/runtime/errors';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOperatorApp } from './operator-app.ts';

const password = 'a-password-of-an-operator';
const secret = 'Mona-Ali-29001011234567';
const captureId = `cap_01a20d50298d7${'0'.repeat(19)}`;

let redis: Redis;
let queue: Queue;
beforeAll(async () => {
  redis = await openTestRedis(18);
  queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  await plantJobs();
});
afterAll(async () => {
  await queue.close();
  await redis.quit();
});

/** Jobs that hold what no job should, wherever BullMQ keeps something. */
async function plantJobs(): Promise<void> {
  const data = { v: 1, captureId, name: secret, [secret]: 1, limit: 29_001_011_234_567 };
  const job = await queue.add('capture', data, { jobId: captureId, deduplication: { id: secret } });
  await job.log(secret);
  await job.updateProgress({ cursor: secret, byType: { [secret]: 1 } });
  await redis.hset(`${redisPrefix}:${captureQueueName}:${captureId}`, {
    failedReason: `bug: ${secret}`,
    stacktrace: JSON.stringify([secret]),
    returnvalue: JSON.stringify({ secret }),
    defa: secret,
    pb: secret,
  });
  await queue.add(secret, { secret }, { delay: 60_000 });
}

function open(mayWrite = false, readStatus = async (): Promise<never> => Promise.reject(new Error('none'))) {
  const operators = new Map([['ada', createHash('sha256').update(password).digest()]]);
  const logger = createLogger('api', 'error');
  return createOperatorApp({ operators, readStatus, queues: [queue], mayWrite, logger });
}

const reads = [
  '/api/queues?activeQueue=captures&status=latest&page=1&jobsPerPage=10',
  `/api/queues/captures/${captureId}`,
  `/api/queues/captures/${captureId}/logs`,
  `/api/queues/captures/${captureId}/flow`,
  '/api/job-schedulers',
  '/api/redis/stats',
  '/api/queues/captures/metrics',
  '/api/queues/captures/default-job-options',
  '/api/queues/captures/workers',
];

it.each(reads)('the board hides all that is not known to be harmless: %s', async (path) => {
  const { text, body } = await request(open()).get(`/ops/queues${path}`).auth('ada', password);
  expect(text).not.toMatch(/Mona|Ali|29001011234567/);
  if (path === reads[1]) {
    expect(body.job).toMatchObject({ id: captureId, failedReason: 'bug', stacktrace: [], data: { v: 1, captureId } });
  }
  if (path === reads[0]) expect(body.queues[0]).toMatchObject({ name: 'captures', readOnlyMode: true });
});

function send(method: 'put' | 'post' | 'patch', path: string) {
  const agent = request(open());
  return agent[method](path);
}

it.each(['put', 'post', 'patch'] as const)('a board that may only read refuses to %s', async (method) => {
  for (const path of [`/${captureId}/retry`, '/pause', '/add', '/obliterate', `/${captureId}/update-data`]) {
    const asked = send(method, `/ops/queues/api/queues/captures${path}`);
    const { status } = await asked.auth('ada', password).set('sec-fetch-site', 'same-origin');
    expect(status, path).toBe(403);
  }
  expect(await queue.isPaused()).toBe(false);
});

it('a board that may write pauses and resumes, from its own page only, and takes no data', async () => {
  const put = (path: string, site: string) =>
    request(open(true)).put(`/ops/queues/api/queues/captures${path}`).auth('ada', password).set('sec-fetch-site', site);
  await put('/pause', 'cross-site').expect(403);
  await put('/pause', 'same-site').expect(403);
  expect(await queue.isPaused()).toBe(false);
  await put('/pause', 'same-origin').expect(200);
  expect(await queue.isPaused()).toBe(true);
  await put('/resume', 'same-origin').expect(200);
  await put('/obliterate', 'same-origin').expect(403);
  await put('/empty', 'same-origin').expect(403);
});

it.each([
  ['nothing', ''],
  ['another password', `Basic ${btoa('ada:other')}`],
  ['an unknown name', `Basic ${btoa(`eve:${password}`)}`],
  ['no password', `Basic ${btoa('ada')}`],
  ['what is no Base64', 'Basic ???'],
])('%s opens no page', async (_, authorization) => {
  for (const path of ['/', '/ops/', '/ops/status.json', '/ops/queues/', '/ops/queues/static/favicon.ico', '/nothing']) {
    const { headers } = await request(open()).get(path).set('authorization', authorization).expect(401);
    expect(headers['www-authenticate']).toContain('Basic');
  }
});

it('after ten wrong passwords an address is told to come back, with the right one too; asking without any is no try', async () => {
  const app = open();
  const ask = (given?: string) => {
    const asked = request(app).get('/ops/status.json');
    return given === undefined ? asked : asked.auth('ada', given);
  };
  for (let n = 0; n < 12; n += 1) await ask().expect(401);
  for (let n = 0; n < 10; n += 1) await ask(`guess-${n}`).expect(401);
  for (const given of ['guess', password]) {
    const { headers } = await ask(given).expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  }
  await request(open()).get('/ops/').auth('ada', password).expect(200);
});

it('the pages name nothing from elsewhere, and say so', async () => {
  for (const path of ['/ops/', '/ops/queues/']) {
    const { text, headers } = await request(open()).get(path).auth('ada', password).expect(200);
    expect(text).not.toMatch(/(src|href)="https?:/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
  }
});

it('a Redis that is away is told as such, and a bug as nothing', async () => {
  const away = new AppError('redis_unavailable', 'away', { retriable: true });
  const ask = (error: Error) => {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return request(open(false, fail)).get('/ops/status.json').auth('ada', password);
  };
  expect((await ask(away).expect(503)).body).toEqual({ code: 'redis_unavailable' });
  expect((await ask(new Error(secret)).expect(500)).body).toEqual({ code: 'internal' });
});
