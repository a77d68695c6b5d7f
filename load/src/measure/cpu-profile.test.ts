import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hottestFunctions } from './cpu-profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 4 });

test('time of its own is added up by function, and what was idle does not count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cpu-'));
  try {
    const nodes = [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('parse', 'file:///top/node_modules/.pnpm/zod@4/node_modules/zod/core.js') },
      { id: 3, callFrame: frame('submit', 'file:///top/services/api/dist/submit.js') },
      // The same function, called from elsewhere.
      { id: 4, callFrame: frame('submit', 'file:///top/services/api/dist/submit.js') },
    ];
    const profile = { nodes, samples: [1, 2, 3, 4, 1], timeDeltas: [500, 100, 200, 100, 900] };
    writeFileSync(join(folder, 'CPU.1.cpuprofile'), JSON.stringify(profile));

    expect(hottestFunctions(folder, '/top')).toEqual([
      { name: 'submit', place: 'services/api/dist/submit.js:5', share: 0.75 },
      { name: 'parse', place: 'zod/core.js:5', share: 0.25 },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
