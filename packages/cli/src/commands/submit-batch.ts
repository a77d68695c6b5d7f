import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { BatchItem, BatchResult } from '@identity-events/sdk/client';
import { z } from 'zod';
import { linkFields } from '#contracts/capture';
import { batchMax, idempotencyKey } from '#contracts/capture-batch';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { startProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { apiCommand, openApi } from './new-command.ts';

const linksMax = 1_000_000;
const item = linkFields.extend({ kind: z.literal('link').default('link'), idempotencyKey: idempotencyKey.optional() });

/** `submit batch`: links from a file, a line of JSON each. */
export function submitBatchCommand(terminal: Terminal) {
  return apiCommand(terminal, 'batch')
    .description('submit links from a file, a thousand in a request; the whole may be repeated if the lines have keys')
    .argument(
      '<file>',
      'a line of JSON for each: subject, transactionId, userToken, idempotencyKey; - for standard input',
    )
    .action(async (file, options) => {
      const { client, printer, call } = await openApi(terminal, options);
      const items = await readItems(file === '-' ? terminal.stdin : createReadStream(file), file);
      const results: BatchResult[] = [];
      {
        using progress = startProgress(terminal, 'submitted');
        for (let from = 0; from < items.length; from += batchMax) {
          results.push(...(await client.submitBatch(items.slice(from, from + batchMax), call)));
          progress.at(results.length, items.length);
        }
      }
      await printer.results(results.map(toLine), () => summary(results));
      if (results.some(({ ok }) => !ok)) terminal.setExitCode(exitCodes.bad);
    });
}

async function readItems(input: NodeJS.ReadableStream, file: string): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== '') items.push(readItem(text, line));
      if (items.length > linksMax) throw new UsageError(`more than ${linksMax} lines: split the file`);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} can not be read`, { cause: error });
  }
  if (items.length === 0) throw new UsageError(`${file} holds no capture`);
  return items;
}

/** Messages name the line and never quote it: it holds a token. */
function readItem(text: string, line: number): BatchItem {
  const parsed = item.safeParse(parseJson(text));
  if (parsed.success) return parsed.data as BatchItem;
  const [issue] = parsed.error.issues;
  throw new UsageError(`line ${line}: ${issue?.path.join('.') || 'not an object'}: ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toLine(result: BatchResult): object {
  if (result.ok) return { ok: true, idempotencyKey: result.idempotencyKey, capture: result.capture };
  const { code, status, detail, errors } = result.error;
  return { ok: false, idempotencyKey: result.idempotencyKey, error: { code, status, detail, errors } };
}

function summary(results: readonly BatchResult[]): string {
  const refused = results.flatMap((result, index) =>
    result.ok ? [] : [[String(index + 1), result.error.code, result.error.errors[0]?.detail ?? result.error.message]],
  );
  const counts = `${results.length - refused.length} accepted, ${refused.length} refused`;
  return refused.length === 0 ? counts : `${table(['NUMBER', 'PROBLEM', 'DETAIL'], refused)}\n${counts}`;
}
