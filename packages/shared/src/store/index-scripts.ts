import { redisPrefix } from '../contracts/capture-job.ts';

// Pieces of the Lua steps that keep the index of captures: which sets a capture stands in follows from its record alone.
// Ids begin with the time of acceptance, so sets of equal scores are in its order (https://redis.io/docs/latest/commands/zrange/).

/** Lua: takes ids off the old end of a set whose records have run out; two for each that comes, so that none pile up. */
const pruneOldest = (set: string): string => `
for _, oldest in ipairs(redis.call('ZRANGE', ${set}, 0, 1)) do
  if redis.call('EXISTS', '${redisPrefix}:capture:' .. oldest) == 0 then redis.call('ZREM', ${set}, oldest) end
end`;

/** Lua: puts a new capture into the set of its status and kind and into its subject's. All are Lua expressions. */
export const enterIndex = (statusSet: string, subjectSet: string, captureId: string): string => `
redis.call('ZADD', ${statusSet}, 0, ${captureId})
redis.call('ZADD', ${subjectSet}, 0, ${captureId})
redis.call('PERSIST', ${subjectSet})
${pruneOldest(subjectSet)}`;

/** Lua: moves the capture of the record at KEYS[1] from queued to processing. */
export const beginInIndex = `
local who = redis.call('HMGET', KEYS[1], 'id', 'tenant', 'kind')
if who[1] and who[2] and who[3] then
  local set = '${redisPrefix}:index:' .. who[2] .. ':'
  redis.call('ZREM', set .. 'queued:' .. who[3], who[1])
  redis.call('ZADD', set .. 'processing:' .. who[3], 0, who[1])
end`;

/**
 * Lua: takes the capture of the record at KEYS[1] out of the set of its status. It stays in its subject's until its images are
 * gone as well: whoever erases a person finds it there.
 */
export const leaveIndex = `
local whose = redis.call('HMGET', KEYS[1], 'id', 'tenant', 'kind', 'status')
redis.call('ZREM', '${redisPrefix}:index:' .. whose[2] .. ':' .. whose[4] .. ':' .. whose[3], whose[1])`;

/** What a subject's set outlives its last ended capture by, in ms: more than any of its captures may stay open. */
const openMsMax = 14 * 24 * 3_600_000;

export interface EndInIndex {
  readonly queuedSet: string;
  readonly processingSet: string;
  readonly outcomeSet: string;
  readonly subjectSet: string;
  readonly captureId: string;
  readonly retentionMs: string;
}

/** Lua: moves a capture to the set of its outcome. Sets go with the last of their records. All values are Lua expressions. */
export const endInIndex = (at: EndInIndex): string => `
redis.call('ZREM', ${at.queuedSet}, ${at.captureId})
redis.call('ZREM', ${at.processingSet}, ${at.captureId})
redis.call('ZADD', ${at.outcomeSet}, 0, ${at.captureId})
redis.call('ZADD', ${at.subjectSet}, 0, ${at.captureId})
local keptMs = tonumber(${at.retentionMs})
if redis.call('PTTL', ${at.outcomeSet}) < keptMs then redis.call('PEXPIRE', ${at.outcomeSet}, keptMs) end
keptMs = keptMs + ${openMsMax}
if redis.call('PTTL', ${at.subjectSet}) < keptMs then redis.call('PEXPIRE', ${at.subjectSet}, keptMs) end
${pruneOldest(at.outcomeSet)}`;
