import type { AdminCredentials, StepImageQuery, UserCredentials, UserRegistration } from './account-requests.ts';
import type { VlensAnswer } from './answer.ts';
import type { StepImage, UserImages } from './image-result.ts';
import type { BearerCallOptions, CallOptions, OcrCallOptions } from './options.ts';
import type { AdminTokens, UserSession } from './token-result.ts';
import type { TransactionRecord } from './transaction-result.ts';
import type { AmlSubject, DocumentImage, FaceImages, TransactionLink } from './verification-requests.ts';
import type { VerifyResult } from './verify-result.ts';

type Answer<T> = Promise<VlensAnswer<T>>;

/**
 * The provider's API as one tenant sees it.
 *
 * Every method makes one HTTP request and never repeats it. It resolves to what the provider answered: `{ ok: true, value }`
 * or `{ ok: false, fault }`. It rejects with `VlensTransportError` if there is no usable answer, and with `TypeError` on a token
 * that can't be sent. No error holds a person's data or a secret.
 */
export interface VlensClient {
  /** Submits the front of a card for the user whose token it carries. Front and back go in any order, before the faces. */
  verifyIdFront(upload: DocumentImage, options: BearerCallOptions): Answer<VerifyResult>;
  /** Submits the back of a card, under the transaction of the front. */
  verifyIdBack(upload: DocumentImage, options: BearerCallOptions): Answer<VerifyResult>;
  /** Submits the faces: the last step, whose flags speak of the whole verification. */
  verifyLiveness(upload: FaceImages, options: BearerCallOptions): Answer<VerifyResult>;
  /** Gives the user a transaction that ran over OCR. What a second link does is not documented. */
  linkTransaction(link: TransactionLink, options: BearerCallOptions): Answer<VerifyResult>;
  /** Takes the verified identity back from the user whose token it carries. */
  cancelIdentity(options: BearerCallOptions): Answer<null>;

  /** Reads the front of a card, without a user. */
  ocrIdFront(upload: DocumentImage, options?: OcrCallOptions): Answer<VerifyResult>;
  /** Reads the back of a card, without a user. */
  ocrIdBack(upload: DocumentImage, options?: OcrCallOptions): Answer<VerifyResult>;
  /** Checks that three captures show one living face, without a user. */
  ocrLiveness(upload: FaceImages, options?: OcrCallOptions): Answer<VerifyResult>;
  /** Compares a face with the ID photo of the same transaction; `isMatched` answers. */
  ocrFaceMatch(upload: DocumentImage, options?: OcrCallOptions): Answer<VerifyResult>;
  /** Looks a person up in sanctions lists; `services.amlMatched` and `amlHits` answer. */
  ocrAmlValidate(subject: AmlSubject, options?: OcrCallOptions): Answer<VerifyResult>;

  /** Names the images of a user, with the token of a service account that has the permission `Requests`. */
  getUserImages(emailOrPhoneNumber: string, options: BearerCallOptions): Answer<UserImages>;
  /** Fetches one image; null if the provider sends none. */
  getStepImage(query: StepImageQuery, options: BearerCallOptions): Answer<StepImage | null>;
  /** Reads a transaction back; null if the provider names none. The only call known to tell what became of a lost one. */
  getTransaction(transactionId: string, options: BearerCallOptions): Answer<TransactionRecord | null>;
  /** Takes the verified identity back from a user, by the provider's number of them. */
  cancelIdentityForAdmin(userId: number, options: BearerCallOptions): Answer<null>;

  /** Logs the service account in; needs the option `tenancyName`, else rejects with `TypeError`. */
  loginAdmin(credentials: AdminCredentials, options?: CallOptions): Answer<AdminTokens>;
  /** Exchanges a refresh token for new tokens. */
  refreshToken(refreshToken: string, options?: CallOptions): Answer<AdminTokens>;
  /** Registers an end user. */
  registerUser(registration: UserRegistration, options?: CallOptions): Answer<UserSession>;
  /** Logs an end user in; wrong credentials come back as `user_token_rejected`. */
  loginUser(credentials: UserCredentials, options?: CallOptions): Answer<UserSession>;

  /** Waits for the calls under way, then closes the client's own connections. Later calls end as `aborted`. */
  close(): Promise<void>;
}
