/** `npm run prove:privacy`: planted values through everything, then looked for everywhere. Ends 0 when none is where it should not be. */
import process from 'node:process';
import { openPrivacyProof, searchEverywhere } from './privacy-proof.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const proof = await openPrivacyProof({ whole: true });
try {
  const { hits, expected, places, bytes } = await searchEverywhere(proof);
  for (const { place, what } of hits) print(`hit: ${what} in ${place}`);
  print(`kilobytes=${Math.ceil(bytes / 1_000)} ids_where_they_belong=${expected.length}`);
  print(`planted=${proof.stage.values.needles.length} places=${places} hits=${hits.length}`);
  process.exitCode = hits.length === 0 && expected.length > 0 ? 0 : 1;
} finally {
  await proof.close();
}
// Clients of engines that are gone may still wait for them.
process.exit();
