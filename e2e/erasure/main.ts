/** `npm run prove:erasure`: captures erased in every state, then looked for everywhere. Ends 0 when nothing of them is left. */
import process from 'node:process';
import { findUnannounced, openErasureProof, search, searchForgottenKafka } from './erasure-proof.ts';

const rounds = 5;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const proof = await openErasureProof(rounds);
try {
  const { erased, kept } = proof;
  const seen = await search(proof, [kept]);
  const unannounced = await findUnannounced(proof);
  const now = await search(proof, erased);
  const later = await searchForgottenKafka(proof, erased);
  const left = [...now.left, ...later.left];
  for (const line of unannounced) print(`not as announced: ${line}`);
  for (const { place, what, captureId } of left) print(`left: ${what} of ${captureId} in ${place}`);
  const figures = {
    erased: erased.length,
    planted: erased.flatMap(({ needles }) => needles).length,
    places: now.places + later.places,
    kilobytes: Math.ceil((now.bytes + later.bytes) / 1_000),
    // A search that finds nothing of what is there would prove nothing.
    kept: seen.left.length,
    remaining_events: now.remains,
    unannounced: unannounced.length,
  };
  print(
    Object.entries(figures)
      .map(([name, figure]) => `${name}=${figure}`)
      .join(' '),
  );
  print(`left=${left.length}`);
  process.exitCode = left.length + unannounced.length === 0 && seen.left.length > 0 ? 0 : 1;
} finally {
  await proof.close();
}
// Clients of engines that are gone may still wait for them.
process.exit();
