import { call } from "../room/http";
import type { AssertionAnswer, AssertionOptions, NewPasskeyAnswer, NewPasskeyOptions } from "./passkey";

export type StaffRole = "owner" | "manager" | "staff";

export interface Shop {
  id: string;
  name: string;
}

/** Who is signed in. */
export interface Me {
  id: string;
  login: string;
  name: string;
  role: StaffRole;
  shops: Shop[];
  /** The id of this sign-in among one's own. */
  session: string;
  /** Whether a password opens the account; how many passkeys do. */
  password: boolean;
  passkeys: number;
}

/** What an invitation says before it is taken up. */
export interface Invited {
  name?: string | null;
  /** Set where it cannot be chosen: for an account that is there and gets a new way in. */
  login?: string | null;
  role: StaffRole;
  shops: Shop[];
  expires_at: number;
}

export interface StaffSession {
  id: string;
  agent: string;
  created_at: number;
  seen_at: number;
  current: boolean;
}

export interface Passkey {
  id: string;
  label: string;
  created_at: number;
  used_at: number | null;
}

export interface Member {
  id: string;
  login: string;
  name: string;
  role: StaffRole;
  shops: Shop[];
  disabled: boolean;
  seen_at: number | null;
}

/** An invitation just made: `url` is told only now. */
export interface Invitation {
  id: string;
  url: string;
  expires_at: number;
}

export interface OpenInvitation {
  id: string;
  /** The account that it gives a new way in. */
  staff?: string | null;
  role: StaffRole;
  name?: string | null;
  shops: Shop[];
  expires_at: number;
}

export interface AuditEntry {
  id: string | number;
  at: number;
  who: { id: string; name: string } | null;
  shop: string | null;
  action: string;
  target: string | null;
  /** The room that it concerns, and what that is called now. */
  room: string | null;
  title: string | null;
  details: Record<string, unknown> | null;
}

interface Challenge<Options> {
  /** Opaque; goes back with the answer. */
  challenge: string;
  options: Options;
}

const one = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

/** Accounts of those who work in the shops; all but signing in by the staff session's cookie. */
export const staffApi = {
  me: () => call<Me>("GET", "/staff/session"),
  signIn: (login: string, password: string) => call<Me>("POST", "/staff/session", { body: { login, password } }),
  signOut: () => call<null>("DELETE", "/staff/session"),
  passkeyOptions: () => call<Challenge<AssertionOptions>>("POST", "/staff/session/passkey/options", { body: {} }),
  signInByPasskey: (challenge: string, credential: AssertionAnswer) =>
    call<Me>("POST", "/staff/session/passkey", { body: { challenge, credential } }),

  readInvitation: (invitation: string) => call<Invited>("POST", "/staff/invitations/read", { body: { invitation } }),
  accept: (invitation: string, login: string, name: string, password: string) =>
    call<Me>("POST", "/staff/invitations/accept", { body: { invitation, login, name, password } }),
  acceptOptions: (invitation: string, login: string, name: string) =>
    call<Challenge<NewPasskeyOptions>>("POST", "/staff/invitations/passkey", { body: { invitation, login, name } }),
  acceptByPasskey: (
    invitation: string,
    who: { login: string; name: string; label: string },
    challenge: string,
    credential: NewPasskeyAnswer,
  ) => call<Me>("POST", "/staff/invitations/passkey/accept", { body: { invitation, ...who, challenge, credential } }),

  sessions: async () => (await call<{ sessions: StaffSession[] }>("GET", "/staff/sessions")).sessions,
  endSession: (id: string) => call<null>("DELETE", one("/staff/sessions", id)),
  endOthers: () => call<null>("DELETE", "/staff/sessions"),
  passkeys: async () => (await call<{ passkeys: Passkey[] }>("GET", "/staff/passkeys")).passkeys,
  newPasskeyOptions: () => call<Challenge<NewPasskeyOptions>>("POST", "/staff/passkeys/options", { body: {} }),
  addPasskey: (challenge: string, credential: NewPasskeyAnswer, label: string) =>
    call<unknown>("POST", "/staff/passkeys", { body: { challenge, credential, label } }),
  removePasskey: (id: string) => call<null>("DELETE", one("/staff/passkeys", id)),
  setPassword: (password: string, current?: string) =>
    call<unknown>("PUT", "/staff/password", { body: current === undefined ? { password } : { current, password } }),

  members: async () => (await call<{ staff: Member[] }>("GET", "/staff")).staff,
  change: (id: string, change: { role?: StaffRole; shops?: string[]; disabled?: boolean }) =>
    call<unknown>("PATCH", one("/staff", id), { body: change }),
  /** A new way in for somebody who lost theirs; using it ends the earlier ones. */
  renewWays: (id: string) => call<Invitation>("POST", `${one("/staff", id)}/invitation`),
  invite: (role: StaffRole, shops: string[], name?: string) =>
    call<Invitation>("POST", "/staff/invitations", { body: { role, shops, ...(name ? { name } : {}) } }),
  invitations: async () => (await call<{ invitations: OpenInvitation[] }>("GET", "/staff/invitations")).invitations,
  withdraw: (id: string) => call<null>("DELETE", one("/staff/invitations", id)),

  shops: async () => (await call<{ shops: Shop[] }>("GET", "/shops")).shops,
  addShop: (name: string) => call<Shop>("POST", "/shops", { body: { name } }),
  renameShop: (id: string, name: string) => call<unknown>("PATCH", one("/shops", id), { body: { name } }),

  audit: (before?: number | string) =>
    call<{ entries: AuditEntry[]; more: boolean }>("GET", `/audit?limit=50${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`),
};
