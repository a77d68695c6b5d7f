import type { CommandContext } from './command.ts';
import { checkContracts } from './contracts/check-contracts.ts';
import { BASELINE, buildFiles, CONTRACTS, writeFiles } from './contracts/contract-files.ts';

/**
 * `npm run contracts [-- --release]`: writes the documents of the contracts from their schemas. With `--release` they also
 * become what later ones are held against, unless they break what was released before.
 */
export async function contracts(context: CommandContext): Promise<number> {
  const files = buildFiles();
  writeFiles(CONTRACTS, files);
  const code = await contractsCheck(context);
  if (code === 0 && context.args.includes('--release')) writeFiles(BASELINE, files);
  return code;
}

/** `npm run contracts:check`: fails when a document is stale, or breaks what was released. */
export async function contractsCheck({ print }: Pick<CommandContext, 'print'>): Promise<number> {
  const { ok, output } = checkContracts();
  print(ok ? 'the documents are what the schemas say, and break nobody' : output);
  return ok ? 0 : 1;
}
