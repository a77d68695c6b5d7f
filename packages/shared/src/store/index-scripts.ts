import { redisPrefix } from '../contracts/capture-job.ts';

// Pieces of the Lua steps that keep the index of captures: which sets a capture stands in follows from its record alone.
// Ids begin with the time of acceptance, so sets of equal scores are in its order (https://redis.io/docs/latest/commands/zrange/).

/** Lua: takes ids off the old end of a set whose records have run out; two for each that comes, so that none pile up. */
const pruneOldest = (set: string): string => `
for _, oldest in ipairs(redis.call('ZRANGE', ${set}, 0, 1)) do
  if redis.call('EXISTS', '${redisPrefix}:capture:' .. oldest) == 0 then redis.call('ZREM', ${set}, oldest) end
end`;

/**
 * Lua: the same for a set that every capture of a tenant enters: with each sixteenth id, by its last digit, 32 at once, which are mostly all there
 * yet and then cost two commands. Two of them with each id were three commands.
 */
const pruneNowAndThen = (set: string, captureId: string): string => `
if string.sub(${captureId}, -1) == '0' then
  local oldest, records = redis.call('ZRANGE', ${set}, 0, 31), {}
  for i, id in ipairs(oldest) do records[i] = '${redisPrefix}:capture:' .. id end
  if redis.call('EXISTS', unpack(records)) < #records then
    for i, id in ipairs(oldest) do
      if redis.call('EXISTS', records[i]) == 0 then redis.call('ZREM', ${set}, id) end
    end
  end
end`;

/** Lua: puts a new capture into the set of its status and kind and into its subject's. All are Lua expressions. */
export const enterIndex = (statusSet: string, subjectSet: string, captureId: string): string => `
redis.call('ZADD', ${statusSet}, 0, ${captureId})
redis.call('ZADD', ${subjectSet}, 0, ${captureId})
redis.call('PERSIST', ${subjectSet})
${pruneOldest(subjectSet)}`;

/** Lua: moves a capture from queued to processing; nothing of it is known of a damaged record. All are Lua expressions. */
export const beginInIndex = (captureId: string, tenant: string, kind: string): string => `
if ${captureId} and ${tenant} and ${kind} then
  local set = '${redisPrefix}:index:' .. ${tenant} .. ':'
  redis.call('ZREM', set .. 'queued:' .. ${kind}, ${captureId})
  redis.call('ZADD', set .. 'processing:' .. ${kind}, 0, ${captureId})
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

/** Lua: has a set stand for so long at least; for a little longer, so that not every capture has to extend it. */
const outlive = (set: string, ms: string): string =>
  `if redis.call('PTTL', ${set}) < ${ms} then redis.call('PEXPIRE', ${set}, math.floor(${ms} * 1.01)) end`;

/** Lua: moves a capture to the set of its outcome. Sets go with the last of their records. All values are Lua expressions. */
export const endInIndex = (at: EndInIndex): string => `
if redis.call('ZREM', ${at.processingSet}, ${at.captureId}) == 0 then redis.call('ZREM', ${at.queuedSet}, ${at.captureId}) end
redis.call('ZADD', ${at.outcomeSet}, 0, ${at.captureId})
redis.call('ZADD', ${at.subjectSet}, 0, ${at.captureId})
local keptMs = tonumber(${at.retentionMs})
${outlive(at.outcomeSet, 'keptMs')}
keptMs = keptMs + ${openMsMax}
${outlive(at.subjectSet, 'keptMs')}
${pruneNowAndThen(at.outcomeSet, at.captureId)}`;
