import { z } from 'zod';
import type { SyntheticIdentity } from '../identities/synthetic-identity.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import { imageFileName, type Transaction } from '../state/transaction.ts';
import { type AcceptedImage, acceptImage } from './accept-image.ts';
import type { Call, Endpoint } from './call.ts';
import { idBackData, identityOf, idFrontData, idsOf, userData } from './extracted-data.ts';
import { captureFields, joinTransaction, optionalText, readBody } from './request-fields.ts';
import { nothingRan, servicesOf } from './services.ts';
import { validationsOfSide } from './verdict.ts';

type Side = 'front' | 'back';

const sideSchema = z.object({
  image: z.string().min(1),
  name_check_value: optionalText,
  country: optionalText,
  ...captureFields,
});

/** Fields of the flat `data` that the older OCR documentation lists, beside the ids. */
const flatFields: Readonly<Record<Side, ReadonlySet<string>>> = {
  front: fields(
    'name address first_name last_names first_name_english last_names_english govern idKey dateOfBirth ' +
      'address_1 address_2 idNumber gender',
  ),
  back: fields('job jobTitle religion maritalStatus husbandName releaseDate idExpiry idNumber gender'),
};

/** POST verify/id/front and verify/id/back (docs page "Verify ID"), and their OCR namesakes, whose `data` is flat. */
export function submitSide(side: Side, shape: 'nested' | 'flat'): Endpoint {
  return (call, state) => {
    const body = readBody(sideSchema, call.body);
    const image = acceptImage(body.image, 'image', state.settings.imageBytesMax);
    const transaction = joinTransaction(body, call, state);
    recordSide(side, image, transaction, state);
    const identity = identityOf(transaction, state);
    const report = {
      ...nothingRan,
      validations: validationsOfSide(transaction, side),
      fake: image.effect.fake ?? false,
      docType: 'national_id',
    };
    const wanted = body.getExtractedData ?? false;
    return {
      services: servicesOf(report, identity, state.settings.validationsCasing),
      data:
        shape === 'flat'
          ? flatData(side, transaction, identity, wanted)
          : nestedData(side, transaction, identity, { call, wanted }),
      transactionId: transaction.id,
    };
  };
}

function recordSide(side: Side, image: AcceptedImage, transaction: Transaction, state: SandboxState): void {
  const epochMs = state.clock.epochMs();
  const fileName = imageFileName(transaction.ownerId, `id_${side}`, epochMs, image.format);
  state.images.keep(transaction.id, fileName, image.bytes);
  transaction.steps[side] = { effect: image.effect, epochMs, fileNames: [fileName] };
}

/** Without `getExtractedData` the captured side holds only the ids: what the provider does then is not documented. */
function nestedData(
  side: Side,
  transaction: Transaction,
  identity: SyntheticIdentity,
  { call, wanted }: { call: Call; wanted: boolean },
): object {
  const shown = (of: Side, data: object) => (of === side || (wanted && transaction.steps[of]) ? data : null);
  return {
    isVerificationProcessCompleted: false,
    isDigitalIdentityVerified: false,
    deviceInfo: null,
    user: userData(call.user, identity),
    idFrontData: shown('front', wanted ? idFrontData(transaction, identity) : idsOf(transaction)),
    idBackData: shown('back', wanted ? idBackData(transaction, identity) : idsOf(transaction)),
  };
}

function flatData(side: Side, transaction: Transaction, identity: SyntheticIdentity, wanted: boolean): object {
  if (!wanted) return idsOf(transaction);
  const extracted = side === 'front' ? idFrontData(transaction, identity) : idBackData(transaction, identity);
  const listed = Object.entries(extracted).filter(([name]) => flatFields[side].has(name));
  return { ...Object.fromEntries(listed), ...idsOf(transaction) };
}

function fields(names: string): ReadonlySet<string> {
  return new Set(names.split(' '));
}
