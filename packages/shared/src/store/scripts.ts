import { recordVersions } from './capture-record.ts';
import { luaMay } from './capture-states.ts';
import { evenWhenFull } from './even-when-full.ts';
import { beginInIndex, endInIndex, enterIndex, leaveIndex } from './index-scripts.ts';

// The steps that change a capture's state, as capture-states.ts lists them. Each runs in Redis as one atomic step.
// Each command within a step costs Redis a microsecond or two, and each that changes something is written to its log besides: what can be one
// command is one, and those that would change nothing are left out.

/** Lua: tells whoever follows the capture of this record (capture-changes.ts); next to nothing when nobody does. */
const tell = (record: string): string => `redis.call('PUBLISH', ${record}, '')`;

/**
 * Takes a capture in, once per idempotency key, notes when its outcome can be expected, and puts it on the watchlist for
 * then and into the index. KEYS: idempotency key, record, backlog, log of the provider gate, watchlist, index of its status,
 * of its subject, token of the user. ARGV: fingerprint, captureId, idempotency window ms, lane, calls it takes, epoch ms, deadline, sealed token or nothing,
 * number of windows, calls and ms of each (longest first), then field/value pairs of the record. Returns {verdict, captureId, expectedBy}; verdict is `accepted`, `replayed` or
 * `conflict`, the latter two without expectedBy.
 */
export const acceptScript = `
local held = redis.call('GET', KEYS[1])
if held then
  local split = string.find(held, ' ', 1, true)
  local fingerprint = string.sub(held, 1, split - 1)
  -- What an erased capture was made of is not known any more: whatever comes is sent on to what remains of it.
  local verdict = (fingerprint == ARGV[1] or fingerprint == '-') and 'replayed' or 'conflict'
  return {verdict, string.sub(held, split + 1)}
end
local lane, calls, now, windows = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[9])
local backlog = redis.call('HMGET', KEYS[3], 'interactive', 'bulk', 'callMs')
local ahead = tonumber(backlog[1] or 0) + (lane == 'bulk' and tonumber(backlog[2] or 0) or 0)
-- Calls before the last one fill whole windows, the longest first; what is left over fills whole shorter ones in the next.
local before = ahead + calls - 1
local offset, at = 0, now
for i = 1, windows do
  local size, ms = tonumber(ARGV[8 + 2 * i]), tonumber(ARGV[9 + 2 * i])
  local whole = math.floor(before / size)
  before = before - whole * size
  local taken = redis.call('LINDEX', KEYS[4], size - 1 - before)
  if taken and (i == 1 or offset == 0) then at = math.max(at, tonumber(taken) + ms + whole * ms) end
  offset = offset + whole * ms
end
at = math.max(at, now + offset)
local expectedBy = math.ceil(at + calls * tonumber(backlog[3] or 0))
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
redis.call('HINCRBY', KEYS[3], lane, calls)
redis.call('HSET', KEYS[2], 'expectedBy', expectedBy, 'callsLeft', calls, unpack(ARGV, 10 + 2 * windows))
if ARGV[8] ~= '' then redis.call('SET', KEYS[8], ARGV[8]) end
redis.call('ZADD', KEYS[5], math.min(expectedBy, tonumber(ARGV[7])), ARGV[2])
${enterIndex('KEYS[6]', 'KEYS[7]', 'ARGV[2]')}
return {'accepted', ARGV[2], expectedBy}
`;

/** Lua: whether this version knows the version of a record. */
const luaKnown = (v: string): string => `(${recordVersions.map((known) => `${v} == '${known}'`).join(' or ')})`;

/** Marks a queued capture as begun, unless a newer version wrote it, and returns its whole record. KEYS: record. */
export const beginScript = `
local record = redis.call('HMGET', KEYS[1], 'status', 'v', 'id', 'tenant', 'kind')
local status = record[1]
if ${luaKnown('record[2]')} and ${luaMay('begin')} then
  redis.call('HSET', KEYS[1], 'status', 'processing')
  ${beginInIndex('record[3]', 'record[4]', 'record[5]')}
  if status == 'queued' then ${tell('KEYS[1]')} end
end
return redis.call('HGETALL', KEYS[1])
`;

/** Lua: call times of late, in the backlog of a tenant. */
const noteCallTime = (backlog: string, durationMs: string): string => `
  local usual = tonumber(redis.call('HGET', ${backlog}, 'callMs') or ${durationMs})
  redis.call('HSET', ${backlog}, 'callMs', usual * 0.9 + tonumber(${durationMs}) * 0.1)`;

/**
 * Writes fields into a capture that is under way, even when Redis is full. KEYS: record. ARGV: field/value pairs. Returns 1, or 0 when
 * it is not.
 */
export const checkpointScript = `
local status = redis.call('HGET', KEYS[1], 'status')
if not ${luaMay('checkpoint')} then return 0 end
${evenWhenFull('KEYS[1]')}
redis.call('HSET', KEYS[1], unpack(ARGV))
return 1
`;

/**
 * Writes a finished step into a capture that is under way, even when Redis is full, and takes its call off the backlog. KEYS: record,
 * backlog, identity.
 * ARGV: field, evidence, duration ms, then for a step that brought some: sealed fields of the card, epoch ms at which they go.
 * Returns 1, or 0 when it is not under way. The first writer of a step wins.
 */
export const keepStepScript = `
local status = redis.call('HGET', KEYS[1], 'status')
if not ${luaMay('checkpoint')} then return 0 end
${evenWhenFull('KEYS[1]')}
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'callsLeft', -1)
  redis.call('HINCRBY', KEYS[2], redis.call('HGET', KEYS[1], 'lane'), -1)
  ${noteCallTime('KEYS[2]', 'ARGV[3]')}
  if ARGV[4] then
    redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
    redis.call('PEXPIREAT', KEYS[3], ARGV[5])
  end
  ${tell('KEYS[1]')}
end
return 1
`;

/** Lua: what the end of a capture depends on. */
const readOpen = `
local open = redis.call('HMGET', KEYS[1], 'status', 'lane', 'callsLeft')
local status = open[1]`;

/** The end of a capture, for the two scripts below, whose first KEYS and ARGV it takes. */
const endLua = `
local entry = redis.call('XADD', KEYS[2], '*', 'event', ARGV[4], 'topic', ARGV[5], 'captureId', ARGV[6])
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'decidedAt', ARGV[2], 'outcome', ARGV[3], 'outboxId', entry)
-- A damaged record may lack them; the end must not fail half-way.
if open[2] then redis.call('HINCRBY', KEYS[3], open[2], 0 - math.floor(tonumber(open[3]) or 0)) end
redis.call('HDEL', KEYS[1], 'userToken', 'callsLeft')
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[6])
redis.call('ZREM', KEYS[5], ARGV[6])
redis.call('ZREM', KEYS[6], ARGV[6])
if ARGV[1] == 'verified' and tonumber(ARGV[8]) > 0 and redis.call('PEXPIRE', KEYS[11], ARGV[8]) == 1 then
  redis.call('HSET', KEYS[1], 'identityUntil', string.format('%.0f', ARGV[2] + ARGV[8]))
else
  redis.call('DEL', KEYS[11])
end
${endInIndex({
  queuedSet: 'KEYS[7]',
  processingSet: 'KEYS[8]',
  outcomeSet: 'KEYS[9]',
  subjectSet: 'KEYS[10]',
  captureId: 'ARGV[6]',
  retentionMs: 'ARGV[7]',
})}
`;

/**
 * Ends a capture, once: record terminal, secrets gone, event in the outbox; on the watchlist until that is in Kafka. Fields of
 * the card stay for a verified person only.
 * KEYS: record, outbox, backlog, watchlist, waiting room of the gate, captures called out of it, index of
 * queued ones, of processing ones, of its outcome, of its subject, identity, token of the user. ARGV: status, decidedAt, outcome, event, topic,
 * captureId, retention ms, that of the identity; then for the step that decided, unless it is kept already: its field, evidence, duration ms and,
 * when it brought some, sealed fields of the card. With such a step also when Redis is full.
 * Returns 1 when this call ended it, 0 when it had ended before or does not exist.
 */
export const finishScript = `${readOpen}
if not ${luaMay('finish')} then return 0 end
if ARGV[9] then
  -- First, for a full Redis still deletes, and refuses no further write of a script that has begun to write.
  redis.call('DEL', KEYS[12])
  if redis.call('HSETNX', KEYS[1], ARGV[9], ARGV[10]) == 1 then
    ${noteCallTime('KEYS[3]', 'ARGV[11]')}
    if ARGV[12] then redis.call('HSET', KEYS[11], ARGV[9], ARGV[12]) end
  end
end
${endLua}
-- Here it is no first write: what keeps no step is refused by a full Redis, and comes again.
if not ARGV[9] then redis.call('DEL', KEYS[12]) end
${tell('KEYS[1]')}
return 1
`;

/** What an erased record keeps: the first for as long as it stands, the others until its redaction is in Kafka. */
const [erasedFields, redactionFields] = [
  ['v', 'id', 'tenant', 'status', 'createdAt', 'erasedAt'],
  ['subject', 'outcome', 'published', 'outboxId', 'redactionId', 'traceparent'],
];
const luaList = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/**
 * Erases a capture, once: ended as cancelled if it was open, its redaction in the outbox behind its outcome, all fields gone
 * but for what announces them, its idempotency key left without a fingerprint; on the watchlist until the redaction is in
 * Kafka. KEYS: as {@link finishScript}, then idempotency key, entries of the outbox that were set aside. ARGV: as {@link finishScript} for an open capture, the
 * retention being that of what remains, then erasedAt, redaction, its topic. Returns 1, or 0 when it was erased before or
 * does not exist.
 */
export const eraseScript = `${readOpen}
if not ${luaMay('erase')} then return 0 end
-- First, for a full Redis still deletes, and refuses no further write of a script that has begun to write.
redis.call('HDEL', KEYS[1], 'userToken')
redis.call('DEL', KEYS[12])
if ${luaMay('finish')} then ${endLua} end
${leaveIndex}
local redaction = redis.call('XADD', KEYS[2], '*', 'event', ARGV[10], 'topic', ARGV[11], 'captureId', ARGV[6])
redis.call('HSET', KEYS[1], 'status', 'erased', 'erasedAt', ARGV[9], 'redactionId', redaction)
local kept = {}
for _, field in ipairs({${luaList([...erasedFields, ...redactionFields])}}) do kept[field] = true end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if not kept[field] then redis.call('HDEL', KEYS[1], field) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('DEL', KEYS[11])
redis.call('SET', KEYS[13], '- ' .. ARGV[6], 'XX', 'KEEPTTL')
for _, entry in ipairs(redis.call('XRANGE', KEYS[14], '-', '+')) do
  for at = 1, #entry[2], 2 do
    if entry[2][at] == 'captureId' and entry[2][at + 1] == ARGV[6] then redis.call('XDEL', KEYS[14], entry[1]) end
  end
end
redis.call('ZADD', KEYS[4], ARGV[9], ARGV[6])
${tell('KEYS[1]')}
return 1
`;

/**
 * Puts fields into a record that lacks them, or whose are empty; never into one that is gone or erased. KEYS: record. ARGV: field/value
 * pairs. Returns the whole record.
 */
export const salvageScript = `
local status = redis.call('HGET', KEYS[1], 'status')
if redis.call('EXISTS', KEYS[1]) == 1 and status ~= 'erased' then
  for i = 1, #ARGV, 2 do
    local held = redis.call('HGET', KEYS[1], ARGV[i])
    if not held or held == '' then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  end
end
return redis.call('HGETALL', KEYS[1])
`;

/**
 * Leaves nothing of a damaged record but that it was there; no event, for it does not tell what one must. KEYS: record, identity,
 * watchlist, token of the user. ARGV: captureId, when it was accepted, erasedAt, ms for which that stays known, then the tenant, if it is known:
 * without one the record goes altogether. Returns 1, or 0 when it was erased before or does not exist.
 */
export const forgetScript = `
local status = redis.call('HGET', KEYS[1], 'status')
if redis.call('EXISTS', KEYS[1]) == 0 or status == 'erased' then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
redis.call('ZREM', KEYS[3], ARGV[1])
if ARGV[5] then
  redis.call('HSET', KEYS[1], 'v', '1', 'id', ARGV[1], 'status', 'erased', 'createdAt', ARGV[2], 'erasedAt', ARGV[3], 'tenant', ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
${tell('KEYS[1]')}
return 1
`;

/**
 * Notes where events stand in Kafka and takes them out of the outbox and their captures off the watchlist. A redaction is
 * the last word about its capture: what was kept to announce it goes, unless the outcome is still to come.
 * KEYS: outbox, watchlist, then one record per entry. ARGV: entry id, publication JSON, captureId and `outcome` or
 * `redaction` in turn.
 */
export const publishedScript = `
local entries, told = {}, {}
for i = 3, #KEYS do entries[i - 2] = ARGV[(i - 3) * 4 + 1] end
-- First, for a full Redis still deletes, and refuses no further write of a script that has begun to write.
redis.call('XDEL', KEYS[1], unpack(entries))
for i = 3, #KEYS do
  local at = (i - 3) * 4
  local record = redis.pcall('HMGET', KEYS[i], 'status', 'subject', 'published')
  local status, subject, published = record[1], record[2], record[3]
  local done = status ~= 'erased'
  if record.err then
    -- Something else stands in a record's place: an accident of one capture, and not of all that were published with it.
  elseif ARGV[at + 4] == 'redaction' then
    done = published or not subject
    redis.call('HDEL', KEYS[i], 'redactionId')
    if done then redis.call('HDEL', KEYS[i], ${luaList(redactionFields)}) end
  elseif ${luaMay('publish')} and subject then
    redis.call('HSET', KEYS[i], 'published', ARGV[at + 2])
    redis.call('HDEL', KEYS[i], 'outboxId')
    ${tell('KEYS[i]')}
  end
  if done then table.insert(told, ARGV[at + 3]) end
end
if #told > 0 then redis.call('ZREM', KEYS[2], unpack(told)) end
return #KEYS - 2
`;

/**
 * Puts an event of a capture into the outbox again when it is neither there nor in Kafka.
 * KEYS: record, outbox. ARGV: event, topic, captureId, `outcome` or `redaction`. Returns `restored`, `waiting` or
 * `nothing_to_do`.
 */
export const announceAgainScript = `
local redacts = ARGV[4] == 'redaction'
local entryField = redacts and 'redactionId' or 'outboxId'
local record = redis.call('HMGET', KEYS[1], 'status', 'published', entryField, 'subject')
local status = record[1]
if not ${luaMay('announceAgain')} or not record[4] then return 'nothing_to_do' end
if record[2] and not redacts then return 'nothing_to_do' end
if record[3] and #redis.call('XRANGE', KEYS[2], record[3], record[3]) > 0 then return 'waiting' end
local entry = redis.call('XADD', KEYS[2], '*', 'event', ARGV[1], 'topic', ARGV[2], 'captureId', ARGV[3])
redis.call('HSET', KEYS[1], entryField, entry)
return 'restored'
`;

/**
 * Counts a replay of captures' events, once for each replay. KEYS: records. ARGV: replay id, replays after which there are no more.
 * Returns `marked`, `too_often` or `gone` for each: an erased capture, or one whose event is not in Kafka, gets no mark.
 */
export const markReplayScript = `
local marks = {}
for i = 1, #KEYS do
  local record = redis.call('HMGET', KEYS[i], 'status', 'published', 'replays', 'lastReplay')
  if not record[1] or record[1] == 'erased' or not record[2] then
    marks[i] = 'gone'
  elseif record[4] == ARGV[1] then
    marks[i] = 'marked'
  elseif tonumber(record[3] or '0') >= tonumber(ARGV[2]) then
    marks[i] = 'too_often'
  else
    redis.call('HINCRBY', KEYS[i], 'replays', 1)
    redis.call('HSET', KEYS[i], 'lastReplay', ARGV[1])
    marks[i] = 'marked'
  end
end
return marks
`;

/**
 * Puts an event that is about no capture into the outbox, once within a time. KEYS: that it was announced, outbox.
 * ARGV: ms, event, topic. Returns 1, or 0 when it was announced before.
 */
export const announceOnceScript = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
redis.call('XADD', KEYS[2], '*', 'event', ARGV[2], 'topic', ARGV[3])
return 1
`;

/**
 * Notes that a dead letter gets a new attempt, one for each death and not more than allowed, and has somebody look after it.
 * KEYS: record, watchlist. ARGV: nonce, when the job died, epoch ms, redrives allowed, captureId.
 * Returns {`noted` or `repeated`, the nonce that counts}, or {`too_often`, `ended` or `missing`}.
 */
export const redriveScript = `
local record = redis.call('HMGET', KEYS[1], 'status', 'redrives', 'redriveOf', 'redriveNonce')
local status = record[1]
if not status then return {'missing'} end
if not ${luaMay('redrive')} then return {'ended'} end
if record[3] == ARGV[2] then return {'repeated', record[4]} end
local redrives = tonumber(record[2] or 0)
if redrives >= tonumber(ARGV[4]) then return {'too_often'} end
redis.call('HSET', KEYS[1], 'redrives', redrives + 1, 'redriveNonce', ARGV[1], 'redriveOf', ARGV[2], 'redrivenAt', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[5])
return {'noted', ARGV[1]}
`;

/**
 * Moves an entry that can't be read out of the outbox, to where the latest ones of its kind stay in sight.
 * KEYS: outbox, entries set aside. ARGV: entry id, how many stay. Returns 1, or 0 when it is not in the outbox any more.
 */
export const setAsideScript = `
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then return 0 end
-- First, for a full Redis still deletes, and refuses no further write of a script that has begun to write.
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'entry', ARGV[1], unpack(found[1][2]))
return 1
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
