/** `npm run chaos [-- --short] [scenario ...]`: misfortunes in full extent, by their names all or some of them. */
import process from 'node:process';
import { runChaos, scenarios } from './run-chaos.ts';

const args = process.argv.slice(2);
const names = args.filter((arg) => arg !== '--short');
const chosen = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));

if (unknown.length > 0) {
  process.stderr.write(
    `no scenario ${unknown.join(', ')}; there are ${scenarios.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const failed = await runChaos(chosen, args.includes('--short') ? 'short' : 'full', print);
  process.exitCode = failed === 0 ? 0 : 1;
}
