import { BoundedMap } from '../bounded-map.ts';
import { hash32 } from '../random.ts';

/** An end user of a tenant. */
export interface SandboxUser {
  readonly id: number;
  readonly phoneNumber: string;
  readonly emailAddress: string;
  /** The transaction that the user's latest step or link concerned. */
  transactionId: string | null;
  isVerified: boolean;
}

/** Holds users up to a number, found by id, phone number or e-mail address. */
export class UserStore {
  readonly #byId: BoundedMap<number, SandboxUser>;
  readonly #idByContact: BoundedMap<string, number>;

  constructor(usersMax: number) {
    this.#byId = new BoundedMap(usersMax);
    this.#idByContact = new BoundedMap(usersMax * 2);
  }

  /**
   * The user with that phone number, registered now if there is none. The id derives from tenant and number, so it is
   * the same in every run.
   */
  register(tenant: string, phoneNumber: string, emailAddress?: string): SandboxUser {
    const id = hash32(`user:${tenant}:${phoneNumber}`) % 1_000_000_000;
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const email = emailAddress ?? `user${id}@sandbox.invalid`;
    const user: SandboxUser = { id, phoneNumber, emailAddress: email, transactionId: null, isVerified: false };
    this.#byId.set(id, user);
    for (const contact of [phoneNumber, email]) this.#idByContact.set(contactKey(tenant, contact), id);
    return user;
  }

  /** The user of that id, or undefined. */
  find(id: number): SandboxUser | undefined {
    return this.#byId.get(id);
  }

  /** The tenant's user with that e-mail address or phone number, or undefined. */
  findByContact(tenant: string, contact: string): SandboxUser | undefined {
    const id = this.#idByContact.get(contactKey(tenant, contact));
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** Forgets everybody. */
  clear(): void {
    this.#byId.clear();
    this.#idByContact.clear();
  }
}

function contactKey(tenant: string, contact: string): string {
  return `${tenant}|${contact.toLowerCase()}`;
}
