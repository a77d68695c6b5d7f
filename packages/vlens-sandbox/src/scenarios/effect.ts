/** The three captures a transaction consists of. */
export type StepName = 'front' | 'back' | 'liveness';

/** What a scenario makes the provider find. Every field is optional; an empty effect is a genuine, verified person. */
export interface Effect {
  /** The call is refused with this top-level `error_code`. */
  readonly error?: number;
  /** A validation error with this code is reported. */
  readonly validation?: number;
  /** `services.spoofing.fake` is true. */
  readonly fake?: true;
  /** `services.liveness` is false. */
  readonly notLive?: true;
  /** `services.AML.AML_matched` is true, with one entry in `data`. */
  readonly amlHit?: true;
  /** `services.SRC.isValid` is false. */
  readonly srcInvalid?: true;
  /** `data.isMatched` is false: the face is not the one on the card. */
  readonly faceDiffers?: true;
  /** The authority that refuses; `any` does so whatever the tenant requires. */
  readonly refusedBy?: 'ntra' | 'cso' | 'any';
  /** Both flags of `data` stay true in spite of what the services report. */
  readonly flagsStayTrue?: true;
  /** The answer holds only what the documented success example of verify/liveness/multi holds. */
  readonly sparse?: true;
  /** Steps that a preloaded transaction lacks. */
  readonly missing?: readonly StepName[];
  /** A preloaded transaction belongs to another user. */
  readonly linkedElsewhere?: true;
  /** There is no such transaction. */
  readonly unknown?: true;
}
