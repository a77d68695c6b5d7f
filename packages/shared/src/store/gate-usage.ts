import type { Redis } from 'ioredis';
import type { Window } from '../contracts/windows.ts';
import { keys } from './keys.ts';
import { runScript, script } from './run-script.ts';

/** How much of its budget a tenant has used, and how its gate stands. */
export interface GateUsage {
  /** `probing`: closed, and the next call finds out whether it may open. */
  readonly gate: 'open' | 'closed' | 'probing';
  /** The code that closed it; null while it is open. */
  readonly why: string | null;
  readonly closedForMs: number;
  /** Calls granted within each of the windows up to now. */
  readonly windows: readonly (Window & { readonly used: number })[];
}

/**
 * KEYS: log of the gate, its state. ARGV: milliseconds of each window. Returns {ms for which it is closed, why, calls in each window}.
 * The log is in the order of time: where a window begins is found by halves.
 */
const usageScript = script(`
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local gate = redis.call('HMGET', KEYS[2], 'closedUntil', 'why')
local reply = {math.max(0, (tonumber(gate[1]) or 0) - now), gate[2] or ''}
for i = 1, #ARGV do
  local low, high = 0, redis.call('LLEN', KEYS[1])
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', KEYS[1], middle)) > now - tonumber(ARGV[i]) then low = middle + 1 else high = middle end
  end
  table.insert(reply, low)
end
return reply
`);

/** Looks at a tenant's gate and changes nothing. Throws `AppError('redis_unavailable')`. */
export async function readGateUsage(redis: Redis, tenant: string, windows: readonly Window[]): Promise<GateUsage> {
  const where = [keys.gate(tenant, 'log'), keys.gate(tenant, 'state')];
  const ms = windows.map((window) => window.ms);
  const [closedForMs, why, ...used] = (await runScript(redis, usageScript, where, ms)) as [number, string, ...number[]];
  return {
    gate: why === '' ? 'open' : closedForMs > 0 ? 'closed' : 'probing',
    why: why === '' ? null : why,
    closedForMs: why === '' ? 0 : closedForMs,
    windows: windows.map((window, at) => ({ ...window, used: Math.min(used[at] ?? 0, window.calls) })),
  };
}
