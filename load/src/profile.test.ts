import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectedArrivals, profile, readProfile } from './profile.ts';

const folder = join(import.meta.dirname, '..', 'profiles');
const files = readdirSync(folder);

test.each(files)('%s is a profile of its file name', (file) => {
  expect(`${readProfile(join(folder, file)).name}.json`).toBe(file);
});

test('the profiles cover ramps, a soak, spikes and both doors', () => {
  expect(files).toEqual(expect.arrayContaining(['ramp.json', 'soak.json', 'spike.json', 'queue.json']));
});

test('a profile with a misspelt field is refused', () => {
  const parsed = profile.safeParse({
    name: 'x',
    description: '',
    stages: [{ seconds: 1, perSec: 1 }],
    mix: [{ kind: 'link' }],
  });

  expect(parsed.success).toBe(false);
});

test('arrivals of all stages add up', () => {
  expect(
    expectedArrivals([
      { seconds: 10, perSecond: 5 },
      { seconds: 10, perSecond: [0, 10] },
    ]),
  ).toBe(100);
});
