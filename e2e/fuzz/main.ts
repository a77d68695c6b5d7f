/** `npm run fuzz [-- options of Schemathesis]`: every route for five minutes. Ends 0 when each answer was as the OpenAPI document says. */
import process from 'node:process';
import { withEngines } from '../support/with-engines.ts';
import { fuzzSystem, openFuzzSystem } from './fuzz-system.ts';

const database = 51;
const atLength = ['--max-time', '300'];

await withEngines('fuzz', async () => {
  const system = await openFuzzSystem(database);
  try {
    const given = process.argv.slice(2);
    const { ok, text } = await fuzzSystem(system, given.length > 0 ? given : atLength);
    process.stdout.write(text);
    return ok;
  } finally {
    await system.close();
  }
});
