import { z } from 'zod';

const answer = z.object({
  calls: z.array(z.object({ transactionId: z.string().nullable(), durationMs: z.number().nullable() })),
  next: z.number(),
});

async function readCalls(url: string, since: number): Promise<z.infer<typeof answer>> {
  const response = await fetch(`${url}/_sandbox/calls?since=${since}&limit=200000`);
  return answer.parse(await response.json());
}

/** A place in the sandbox's call log: calls from now on come after it. */
export async function lastCall(url: string): Promise<number> {
  return (await readCalls(url, 0)).next;
}

/** How many milliseconds the sandbox took for each transaction since that place, by its own log. */
export async function providerTimes(url: string, since: number): Promise<Map<string, number>> {
  const { calls } = await readCalls(url, since);
  return new Map(calls.map(({ transactionId, durationMs }) => [transactionId ?? '', durationMs ?? 0]));
}
