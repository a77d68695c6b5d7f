import { Option } from '@commander-js/extra-typings';
import type { CaptureSubmission } from '@identity-events/sdk/client';
import { lanes } from '#contracts/capture';
import { outcomeCode } from '../exit-codes.ts';
import { acceptedText, captureText } from '../output/capture-text.ts';
import { readUserToken, variables } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { span } from './arguments.ts';
import { apiCommand, newCommand, openApi } from './new-command.ts';
import { submitBatchCommand } from './submit-batch.ts';

const imageOptions = ['--front', '--back', '--face1', '--face2', '--face3'] as const;
const waitMsDefault = 300_000;

/** `submit`: one subcommand for each kind of capture, and one for many. */
export function submitCommand(terminal: Terminal) {
  return newCommand(terminal, 'submit')
    .description('submit captures')
    .addCommand(linkCommand(terminal))
    .addCommand(nationalIdCommand(terminal))
    .addCommand(nationalIdOcrCommand(terminal))
    .addCommand(submitBatchCommand(terminal));
}

/** What every submission takes. */
function oneCommand(terminal: Terminal, kind: string) {
  return apiCommand(terminal, kind)
    .requiredOption('--subject <id>', 'your own id of the person; never a name, phone or ID number')
    .addOption(new Option('--lane <lane>', 'interactive captures go before bulk ones').choices(lanes))
    .option('--expires-at <time>', 'when the outcome is of no more use (RFC 3339; default: in 24 hours)')
    .option('--idempotency-key <key>', 'the same key and content is the same capture (default: a new key)')
    .option('--wait [span]', 'wait for the outcome, such as 60s (default: 5 minutes)', span);
}

const tokenOption = [
  '--user-token-file <path>',
  `file with the end user's Vlens token, - for standard input (default: the token in ${variables.userToken})`,
] as const;

function linkCommand(terminal: Terminal) {
  return oneCommand(terminal, 'link')
    .description('attach a transaction that already ran at Vlens to its user')
    .requiredOption('--transaction-id <uuid>', 'the transaction at Vlens')
    .option(...tokenOption)
    .action(async (options) => {
      const userToken = await readUserToken(terminal, options.userTokenFile);
      const { transactionId } = options;
      await submit(terminal, { kind: 'link', transactionId, userToken, ...fieldsOf(options) }, options);
    });
}

function withImages(terminal: Terminal, kind: string) {
  const [front, back, face1, face2, face3] = imageOptions;
  return oneCommand(terminal, kind)
    .requiredOption(`${front} <path>`, 'front of the card: JPEG or PNG, 5 MiB at most')
    .requiredOption(`${back} <path>`, 'back of the card')
    .requiredOption(`${face1} <path>`, 'first frame of the face')
    .requiredOption(`${face2} <path>`, 'second frame of the face')
    .requiredOption(`${face3} <path>`, 'third frame of the face');
}

function nationalIdCommand(terminal: Terminal) {
  return withImages(terminal, 'national_id')
    .description('verify a person from both sides of the card and three frames of the face')
    .option(...tokenOption)
    .action(async (options) => {
      const userToken = await readUserToken(terminal, options.userTokenFile);
      await submit(terminal, { kind: 'national_id', userToken, ...fieldsOf(options), ...imagesOf(options) }, options);
    });
}

function nationalIdOcrCommand(terminal: Terminal) {
  return withImages(terminal, 'national_id_ocr')
    .description('the same before the person has logged in')
    .action(async (options) => {
      await submit(terminal, { kind: 'national_id_ocr', ...fieldsOf(options), ...imagesOf(options) }, options);
    });
}

type OneOptions = ReturnType<ReturnType<typeof oneCommand>['opts']>;
type ImageOptions = ReturnType<ReturnType<typeof withImages>['opts']>;

const fieldsOf = ({ subject, lane, expiresAt }: OneOptions) => ({ subject, lane, expiresAt });
const imagesOf = ({ front, back, face1, face2, face3 }: ImageOptions) => ({ front, back, face1, face2, face3 });

async function submit(terminal: Terminal, submission: CaptureSubmission, options: OneOptions): Promise<void> {
  const { client, printer, call } = await openApi(terminal, options);
  const { idempotencyKey } = options;
  const accepted = await client.submit(submission, { ...call, ...(idempotencyKey ? { idempotencyKey } : {}) });
  if (options.wait === undefined) {
    await printer.result(accepted, () => acceptedText(accepted));
    return;
  }
  printer.note(`${accepted.id} is accepted; waiting for its outcome`);
  const waitMs = options.wait === true ? waitMsDefault : options.wait;
  const capture = await client.wait(accepted.id, { ...call, waitMs });
  await printer.result(capture, () => captureText(capture));
  terminal.setExitCode(outcomeCode(capture.status));
}
