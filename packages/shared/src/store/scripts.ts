/**
 * The steps that change a capture's state. Each runs in Redis as one atomic step.
 *
 *     (none) --accept--> queued --begin--> processing --finish--> verified | captured | failed
 */

/**
 * Takes a capture in, once per idempotency key, and notes when its outcome can be expected.
 * KEYS: idempotency key, record, backlog, log of the provider gate. ARGV: fingerprint, captureId, idempotency window ms,
 * lane, calls it takes, epoch ms, number of the gate's windows, calls and ms of each, then field/value pairs of the record.
 * Returns {verdict, captureId, expectedBy}; verdict is `accepted`, `replayed` or `conflict`, the latter two without expectedBy.
 */
export const acceptScript = `
local held = redis.call('GET', KEYS[1])
if held then
  local split = string.find(held, ' ', 1, true)
  local verdict = string.sub(held, 1, split - 1) == ARGV[1] and 'replayed' or 'conflict'
  return {verdict, string.sub(held, split + 1)}
end
local lane, calls, now, windows = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local backlog = redis.call('HMGET', KEYS[3], 'interactive', 'bulk', 'callMs')
local ahead = tonumber(backlog[1] or 0) + (lane == 'bulk' and tonumber(backlog[2] or 0) or 0)
local last = ahead + calls
local at = now
for i = 1, windows do
  local size, ms = tonumber(ARGV[6 + 2 * i]), tonumber(ARGV[7 + 2 * i])
  -- The last call takes the place, some whole windows later, of one of the calls that are in the log now.
  local before = redis.call('LINDEX', KEYS[4], size - 1 - (last - 1) % size)
  local start = before and math.max(now, tonumber(before) + ms) or now
  at = math.max(at, start + math.floor((last - 1) / size) * ms)
end
local expectedBy = math.ceil(at + calls * tonumber(backlog[3] or 0))
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
redis.call('HINCRBY', KEYS[3], lane, calls)
redis.call('HSET', KEYS[2], 'expectedBy', expectedBy, 'callsLeft', calls, unpack(ARGV, 8 + 2 * windows))
return {'accepted', ARGV[2], expectedBy}
`;

/** Marks a queued capture as begun and returns its whole record. KEYS: record. */
export const beginScript = `
if redis.call('HGET', KEYS[1], 'status') == 'queued' then redis.call('HSET', KEYS[1], 'status', 'processing') end
return redis.call('HGETALL', KEYS[1])
`;

/** Writes fields into a capture that is under way. KEYS: record. ARGV: field/value pairs. Returns 1, or 0 when it is not. */
export const checkpointScript = `
if redis.call('HGET', KEYS[1], 'status') ~= 'processing' then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
`;

/**
 * Writes a finished step into a capture that is under way, and takes its call off the backlog. KEYS: record, backlog.
 * ARGV: field, evidence, duration ms. Returns 1, or 0 when it is not under way. The first writer of a step wins.
 */
export const keepStepScript = `
if redis.call('HGET', KEYS[1], 'status') ~= 'processing' then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'callsLeft', -1)
  redis.call('HINCRBY', KEYS[2], redis.call('HGET', KEYS[1], 'lane'), -1)
  local usual = tonumber(redis.call('HGET', KEYS[2], 'callMs') or ARGV[3])
  redis.call('HSET', KEYS[2], 'callMs', usual * 0.9 + tonumber(ARGV[3]) * 0.1)
end
return 1
`;

/**
 * Ends a capture, once: record terminal, secrets gone, event in the outbox.
 * KEYS: record, outbox, backlog. ARGV: status, decidedAt, outcome, event, topic, captureId, retention ms.
 * Returns 1 when this call ended it, 0 when it had ended before or does not exist.
 */
export const finishScript = `
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'queued' and status ~= 'processing' then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'decidedAt', ARGV[2], 'outcome', ARGV[3])
local open = redis.call('HMGET', KEYS[1], 'lane', 'callsLeft')
redis.call('HINCRBY', KEYS[3], open[1], 0 - tonumber(open[2] or 0))
redis.call('HDEL', KEYS[1], 'userToken', 'callsLeft')
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('XADD', KEYS[2], '*', 'event', ARGV[4], 'topic', ARGV[5], 'captureId', ARGV[6])
return 1
`;

/**
 * Notes where events stand in Kafka and takes them out of the outbox.
 * KEYS: outbox, then one record per entry. ARGV: entry id and publication JSON in turn.
 */
export const publishedScript = `
for i = 2, #KEYS do
  local at = (i - 2) * 2
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('HSET', KEYS[i], 'published', ARGV[at + 2]) end
  redis.call('XDEL', KEYS[1], ARGV[at + 1])
end
return #KEYS - 1
`;

/** Takes or renews the lease of the outbox. KEYS: lease. ARGV: owner, ms. Returns 1 when the owner holds it now. */
export const holdLeaseScript = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** Gives the lease back if it is still the owner's. KEYS: lease. ARGV: owner. */
export const dropLeaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;
