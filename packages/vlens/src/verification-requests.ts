import type { BodyMember } from './json-body.ts';

type Body = Readonly<Record<string, BodyMember>>;

/** What ties an upload to a transaction. Its id is a UUID. */
interface Upload {
  /**
   * Joins the steps of one person. Without it the provider starts a transaction; an id made by the caller starts one of that
   * id, as the provider's SDKs do.
   */
  readonly transactionId?: string;
  /** Ask for the fields read from the card. Default true: without them the provider may leave out the transaction's id too. */
  readonly getExtractedData?: boolean;
}

/** One side of a card, or a face for face match. */
export interface DocumentImage extends Upload {
  /** JPEG or PNG. The provider's pages say at most 3 MB; its code 5002 says 5 MB, and 5003 says 25 million pixels. */
  readonly image: Uint8Array;
  /** The caller's own reference, any text; echoed. */
  readonly clientTransactionId?: string;
  /** Not documented beyond its name. */
  readonly requestId?: string;
  /** A name to compare with the one on the card. Personal data. */
  readonly nameCheckValue?: string;
  /** The provider's default is `EG`; one of its pages shows `EGY`. */
  readonly country?: string;
}

/** Three captures of one face, each at most 0.5 s after the one before. Identical ones are refused. */
export interface FaceImages extends Upload {
  /** JPEG or PNG, each below 500 KB as the provider recommends. */
  readonly faces: readonly [Uint8Array, Uint8Array, Uint8Array];
  /** The transaction of the two sides, which come first. */
  readonly transactionId: string;
}

/** A transaction that ran over OCR before the user logged in. */
export interface TransactionLink {
  readonly transactionId: string;
  /** Default true. */
  readonly getExtractedData?: boolean;
}

/** Somebody to look up in sanctions lists. Personal data. */
export interface AmlSubject {
  /** 14 digits in Egypt. */
  readonly idNumber: string;
  readonly name: string;
}

/** Source: docs.vlenseg.com, reference of face-match, whose body the card calls share. */
export const documentBody = (upload: DocumentImage): Body => ({
  image: upload.image,
  transaction_id: upload.transactionId,
  client_transaction_id: upload.clientTransactionId,
  request_id: upload.requestId,
  name_check_value: upload.nameCheckValue,
  country: upload.country,
  getExtractedData: upload.getExtractedData ?? true,
});

/** Source: docs.vlenseg.com, reference of verify-liveness-multi. */
export const facesBody = ({ faces, transactionId, getExtractedData = true }: FaceImages): Body => ({
  face_1: faces[0],
  face_2: faces[1],
  face_3: faces[2],
  transaction_id: transactionId,
  getExtractedData,
});

/** Source: docs.vlenseg.com, reference of LinkUserWithExistingTransaction. */
export const linkBody = ({ transactionId, getExtractedData = true }: TransactionLink): Body => ({
  transactionId,
  getExtractedData,
});
