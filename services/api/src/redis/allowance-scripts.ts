/**
 * A bucket that is full at first, refilled evenly over the span; told by one time, that at which it is full again (the
 * generic cell rate algorithm). KEYS: bucket. ARGV: how many it holds, span ms, needed, wanted, how long a lease is held ms.
 * Returns {drawn, remaining, ms until the needed may be had, ms until it is full, how long a lease is held ms}.
 */
export const rateScript = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local count, span, needed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local each = span / count
-- Never later than a span from now, also when the clock was set back or the limit raised.
local full = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now), now + span)
local free = math.floor((now + span - full) / each + 0.001)
local drawn = 0
if free >= needed then
  drawn = math.min(free, tonumber(ARGV[4]))
  full = full + drawn * each
  redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil(full - now))
end
local again = drawn > 0 and 0 or math.ceil(full + needed * each - span - now)
return {drawn, free - drawn, again, math.ceil(full - now), tonumber(ARGV[5])}
`;

/**
 * What was used of a day's quota; days begin at midnight UTC. KEYS: quota. ARGV: how many a day, needed, wanted.
 * Returns as {@link rateScript} does; a lease is held until midnight.
 */
export const quotaScript = `
local clock = redis.call('TIME')
local seconds = tonumber(clock[1])
local day = math.floor(seconds / 86400)
local untilMidnight = ((day + 1) * 86400 - seconds) * 1000
local kept = redis.call('HMGET', KEYS[1], 'day', 'used')
local used = tonumber(kept[1] or -1) == day and tonumber(kept[2]) or 0
local free = math.max(0, tonumber(ARGV[1]) - used)
local drawn = free >= tonumber(ARGV[2]) and math.min(free, tonumber(ARGV[3])) or 0
if drawn > 0 then
  redis.call('HSET', KEYS[1], 'day', day, 'used', used + drawn)
  redis.call('PEXPIRE', KEYS[1], untilMidnight + 60000)
end
return {drawn, free - drawn, drawn > 0 and 0 or untilMidnight, untilMidnight, untilMidnight}
`;
