import { evenWhenFull } from './even-when-full.ts';

/**
 * The scripts of the provider gate. Each command within a script costs a microsecond, most of them more for the calling than for what
 * they do, and every capture asks for a turn: commands that would change nothing are left out.
 * Times are milliseconds of Redis' own clock, the one clock that all workers share.
 *
 * Per tenant: `log`, a list of the times of granted calls, newest first; `room`, the waiting captures by rank; `woken`,
 * captures called out of the room, by the time until which that holds; `gate`, a hash: failures in a row, level (how
 * often the gate closed in a row), closedUntil, closedMs, why.
 */

/**
 * Milliseconds now, and how the gate (KEYS[4]) stands; `quiet` says that it is known to be open and well. A time that is later than it can be is
 * of a clock that has been set back since: such
 * calls of the log (KEYS[1]) count as made now, and the gate is closed from now on for as long as it was to be.
 */
const clock = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local n = 0
local call = redis.call('LINDEX', KEYS[1], 0)
while call and tonumber(call) > now do
  redis.call('LSET', KEYS[1], n, now)
  n = n + 1
  call = redis.call('LINDEX', KEYS[1], n)
end
local gate = quiet and {} or redis.call('HMGET', KEYS[4], 'closedUntil', 'closedMs', 'failures', 'level', 'why')
local closedUntil, closedMs, failures, level, why = tonumber(gate[1] or 0), gate[2], gate[3], tonumber(gate[4] or 0), gate[5]
if closedMs and closedUntil > now + tonumber(closedMs) then
  closedUntil = now + tonumber(closedMs)
  redis.call('HSET', KEYS[4], 'closedUntil', closedUntil)
end
`;

/** The earliest time at which `extra` more calls fit into every window. ARGV from `first`: calls, ms, ... */
const earliest = `${clock}
local function earliest(log, extra, margin, first)
  local at = now
  for i = first, #ARGV, 2 do
    local calls, ms = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    if extra >= calls then return nil end
    local oldest = redis.call('LINDEX', log, calls - 1 - extra)
    if oldest then at = math.max(at, tonumber(oldest) + ms + margin) end
  end
  return at
end
`;

/**
 * KEYS: log, room, woken, gate, tenants. ARGV: captureId (empty: without the room), rank, tenant, longest wait before asking
 * again ms, margin ms, log length, probe ms, the time of a grant that was not used (empty without one; `p` before it when it
 * was a probe), then calls and ms of each window.
 * Returns {1, time of the grant, standing} when granted, {2, ms, 'soon'} when it is worth waiting for and asking again,
 * {0, estimated ms to wait, why} when not.
 */
export const takeScript = `
-- Mostly there are neither room nor calls out of it nor a gate that has had trouble: one command tells that, and spares three.
local quiet = redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) == 0
${earliest}
local id, rank, margin = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[5])
local probe, unused = string.match(ARGV[8], '^(p?)(%d*)$')
if unused ~= '' then redis.call('LREM', KEYS[1], 1, unused) end
local function wait(ms, why)
  if id == '' then return {0, ms, why} end
  redis.call('ZADD', KEYS[2], rank, id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('SADD', KEYS[5], ARGV[3])
  return {0, ms, why}
end
if closedUntil > now and probe ~= 'p' then return wait(closedUntil - now, why or '') end
-- Who does not wait in the room does not probe either: nobody would report how it went.
if level > 0 and id == '' then return wait(1000, why or '') end

local woken = not quiet and redis.call('ZSCORE', KEYS[3], id)
local best = quiet and {} or redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local first = id == '' or woken or not best[1] or best[1] == id or rank < tonumber(best[2])
local at = earliest(KEYS[1], 0, margin, 9)
if first and at > now and at - now <= tonumber(ARGV[4]) then return {2, at - now, 'soon'} end
if not first or at > now then
  local ahead = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. rank)
  local slowest = 0
  for i = 9, #ARGV, 2 do slowest = math.max(slowest, tonumber(ARGV[i + 1]) / tonumber(ARGV[i])) end
  return wait(at - now + math.ceil(ahead * slowest), 'budget')
end
if redis.call('LPUSH', KEYS[1], now) > tonumber(ARGV[6]) then redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[6]) - 1) end
if best[1] then redis.call('ZREM', KEYS[2], id) end
if woken then redis.call('ZREM', KEYS[3], id) end
if level > 0 then
  -- Half open: this call is the probe; nobody else goes until it is reported, or should have been.
  redis.call('HSET', KEYS[4], 'closedUntil', now + tonumber(ARGV[7]), 'closedMs', ARGV[7])
  return {1, now, 'probe'}
end
return {1, now, tonumber(failures or 0) > 0 and 'troubled' or 'well'}
`;

/**
 * Calls the best waiting captures out of the room, as many as calls come free within the look-ahead.
 * KEYS: log, room, woken, gate, tenants. ARGV: tenant, look-ahead ms, how long a wake-up holds ms, margin ms, then calls
 * and ms of each window.
 * Returns {ms until it is worth asking again, or -1 when nobody waits, captureId...}.
 */
export const wakeScript = `
local quiet = false
${earliest}
local ahead, holds, margin = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '(' .. now + holds, '+inf')
local waiting = redis.call('ZCARD', KEYS[2])
if waiting == 0 then
  redis.call('SREM', KEYS[5], ARGV[1])
  return {-1}
end
if closedUntil > now then return {closedUntil - now} end
local called = redis.call('ZCARD', KEYS[3])
local probing = level > 0
if probing and called > 0 then return {ahead} end
local most = probing and 1 or waiting
local reply = {0}
while #reply - 1 < most do
  local at = earliest(KEYS[1], called, margin, 5)
  if not at then reply[1] = ahead break end
  if at > now + ahead then reply[1] = at - now - ahead break end
  local popped = redis.call('ZPOPMIN', KEYS[2])
  if not popped[1] then reply[1] = -1 break end
  redis.call('ZADD', KEYS[3], now + holds, popped[1])
  table.insert(reply, popped[1])
  called = called + 1
end
if reply[1] == 0 then reply[1] = probing and ahead or -1 end
return reply
`;

/**
 * Notes how a call ended, even when Redis is full. KEYS: gate. ARGV: state, code, retry-after ms, failures that close, first closing ms, longest
 * closing ms, account closing ms, 1 for a probe. Calls that were under way when the gate closed change nothing more.
 * Returns {1 when the gate is closed now, 1 when this call changed that}.
 */
export const reportScript = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local level = tonumber(redis.call('HGET', KEYS[1], 'level') or 0)
if level > 0 and ARGV[8] ~= '1' then return {1, 0} end
if ARGV[1] == 'well' then
  redis.call('DEL', KEYS[1])
  return {0, level > 0 and 1 or 0}
end
${evenWhenFull('KEYS[1]')}
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local ms = 0
if ARGV[1] == 'busy' then ms = math.max(tonumber(ARGV[3]), tonumber(ARGV[5]))
elseif ARGV[1] == 'account' then ms = tonumber(ARGV[7])
elseif level > 0 or failures >= tonumber(ARGV[4]) then
  ms = math.max(tonumber(ARGV[3]), math.min(tonumber(ARGV[5]) * 2 ^ math.min(level, 20), tonumber(ARGV[6])))
end
if ms == 0 then return {0, 0} end
redis.call('HSET', KEYS[1], 'closedUntil', now + ms, 'closedMs', ms, 'level', level + 1, 'why', ARGV[2], 'state', ARGV[1])
return {1, level == 0 and 1 or 0}
`;
