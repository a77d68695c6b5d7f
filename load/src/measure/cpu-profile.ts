import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A function and the part of the process' busy time that was spent in it alone. */
export const hotFunction = z.object({ name: z.string(), place: z.string(), share: z.number() });
export type HotFunction = z.infer<typeof hotFunction>;

const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const idle = new Set(['(idle)', '(program)']);

/** The functions with the most time of their own in the `.cpuprofile` that Node left in the folder; none when it left none. */
export function hottestFunctions(folder: string, root: string, most = 20): HotFunction[] {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (!file) return [];
  const { nodes, samples, timeDeltas } = cpuProfile.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const frameOf = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, { name: string; place: string; micros: number }>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frameOf.get(id) ?? { functionName: '', url: '', lineNumber: 0 };
    if (idle.has(functionName)) continue;
    const micros = timeDeltas[i] ?? 0;
    busy += micros;
    const name = functionName || '(anonymous)';
    const place = url ? `${shortPath(url, root)}:${lineNumber + 1}` : '';
    const known = times.get(`${name} ${place}`) ?? { name, place, micros: 0 };
    known.micros += micros;
    times.set(`${name} ${place}`, known);
  }
  const sorted = [...times.values()].sort((a, b) => b.micros - a.micros).slice(0, most);
  return sorted.map(({ name, place, micros }) => ({ name, place, share: micros / busy }));
}

function shortPath(url: string, root: string): string {
  if (!url.startsWith('file:')) return url;
  return relative(root, fileURLToPath(url)).replace(/^.*node_modules\//, '');
}
