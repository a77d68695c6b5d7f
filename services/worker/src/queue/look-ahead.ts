import { type BackendFactory, createRedisBackend, type RedisQueueBackend } from 'bullmq';

const commandName = 'identityEventsLookAhead';

/**
 * Whether another job waits. If none does, the wake-up call that BullMQ leaves for further workers whenever it gives out a job is taken
 * back: it would wake somebody for nothing. Atomic, so that the call of a job that is added later stands.
 *
 * KEYS: waiting jobs, those with a priority, marker, delayed jobs. Returns -1 when one waits, otherwise when the first delayed
 * one is due (epoch ms), 0 without one.
 */
const lookAhead = {
  numberOfKeys: 4,
  lua: `
if redis.call('LLEN', KEYS[1]) > 0 or redis.call('ZCARD', KEYS[2]) > 0 then return -1 end
redis.call('ZREM', KEYS[3], '0')
local first = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')
return first[2] and math.floor(first[2] / 0x1000) or 0
`,
};

/**
 * BullMQ's backend on Redis for a worker whose queue is mostly empty: a job that comes alone costs one fetch, and not three.
 *
 * A BullMQ worker that got a job asks for another one at once, is told that there is none, waits, is woken by the call that giving out the job
 * has left behind, and is told so again. Here the first fetch brings along whether the second would find something (sent in the same
 * write), and the second is answered from that. What was learnt is used once, and not after a wake-up call, for that may be of a job which
 * came later.
 */
export const createLookAheadBackend: BackendFactory<RedisQueueBackend> = (...args) => {
  const backend = createRedisBackend(...args);
  const moveToActive = backend.moveToActive.bind(backend);
  const waitForJob = backend.waitForJob.bind(backend);
  const { wait = '', prioritized = '', marker = '', delayed = '' } = backend.keys;
  let nothingWaits: unknown[] | undefined;
  let calls = 0;

  const ready = backend.client.then((client) => {
    client.defineCommand(commandName, lookAhead);
    return client;
  });
  ready.catch(() => undefined);

  async function look(): Promise<number> {
    const client = await ready;
    return client.runCommand(commandName, [wait, prioritized, marker, delayed]) as Promise<number>;
  }

  backend.moveToActive = async (token, name) => {
    const known = nothingWaits;
    nothingWaits = undefined;
    if (known) return known;
    const callsBefore = calls;
    // In this order, for it is to look behind the job that is fetched.
    const [next, dueAt]: [unknown[], number] = await Promise.all([moveToActive(token, name), look().catch(() => -1)]);
    if (next[0] && dueAt >= 0 && calls === callsBefore) nothingWaits = [null, 0, 0, dueAt];
    return next;
  };
  backend.waitForJob = async (timeout) => {
    try {
      return await waitForJob(timeout);
    } finally {
      nothingWaits = undefined;
      calls += 1;
    }
  };
  return backend;
};
