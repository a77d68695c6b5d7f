/**
 * Lua, a script's first write: changes nothing, and has a full Redis take the script's other writes. For what a provider call brought:
 * that is paid for, and costs little room, since a full Redis gives no turns and the calls under way are soon over.
 *
 * Redis decides at a script's first write, and never refuses one that frees memory:
 * https://github.com/redis/redis/blob/7.0/src/script.c (scriptVerifyOOM). `key` is that of a hash, or of nothing.
 */
export const evenWhenFull = (key: string): string => `redis.call('HDEL', ${key}, '')`;
