import { call } from "./http";
import type { DrawList } from "./lot";
import type { ShopNamed } from "./messages";

/** What the server gives to those it lets in. */
export interface Pass {
  token: string;
  room: string;
  role: string;
  user: string;
  name: string;
  expires_at: number;
  device?: string;
}

export interface PublicRoom {
  id: string;
  title: string;
  status: "open" | "closed";
  /** The server's public address, if it was told one. */
  url?: string;
  /** Those that take part, if any do. */
  shops?: ShopNamed[];
  /** What happens there now is a rehearsal. */
  rehearsal?: true;
}

/** A way into the room; `link` is as secret as a key. */
export interface RoomLink {
  id: string;
  role: string;
  label: string | null;
  link: string;
  url: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** Eight signs by which somebody finds their identity again on another device. */
export interface SeatCode {
  code: string;
  expires_at: number;
}

/** A wall that shows its code and waits for a room. */
export interface Pairing {
  pairing: string;
  code: string;
  expires_at: number;
}

export type Paired = { paired: false } | { paired: true; room: string; link: string };

/** The server holds the request open for up to 20 s. */
const COLLECT_WITHIN = 30_000;

export const at = (room: string): string => `/rooms/${encodeURIComponent(room)}`;
const authorized = (token: string | undefined) => (token ? { token } : {});

/** `token` may be left out by staff who are signed in. */
export const api = {
  room: (room: string) => call<PublicRoom>("GET", at(room)),

  guest: (room: string, nickname: string, device?: string, shop?: string) =>
    call<Pass>("POST", `${at(room)}/guest`, { body: { nickname, ...(device ? { device } : {}), ...(shop ? { shop } : {}) } }),

  exchange: (link: string, nickname?: string, device?: string, shop?: string) =>
    call<Pass>("POST", "/links/exchange", {
      body: {
        link,
        ...(nickname ? { nickname } : {}),
        ...(device ? { device } : {}),
        ...(shop ? { shop } : {}),
      },
    }),

  /** Into the room as the member of staff who is signed in. */
  enter: (room: string) => call<Pass>("POST", `${at(room)}/enter`),

  seatCode: (room: string, token: string, device: string) =>
    call<SeatCode>("POST", `${at(room)}/seat-code`, { body: { device }, token }),

  seat: (room: string, code: string, shop?: string) =>
    call<Pass>("POST", `${at(room)}/seat`, { body: { code, ...(shop ? { shop } : {}) } }),

  draw: (room: string, draw: string, token: string) =>
    call<DrawList>("GET", `${at(room)}/draws/${encodeURIComponent(draw)}`, { token, keeps: true }),

  links: async (room: string, token?: string) =>
    (await call<{ links: RoomLink[] }>("GET", `${at(room)}/links`, authorized(token))).links,

  /** `label`: whose it is; they are called so until they say otherwise. */
  makeLink: (room: string, role: "host" | "moderator" | "wall", token?: string, label?: string) =>
    call<RoomLink>("POST", `${at(room)}/links`, { body: label ? { role, label } : { role }, ...authorized(token) }),

  revokeLink: (room: string, link: string, token?: string) =>
    call<null>("DELETE", `${at(room)}/links/${encodeURIComponent(link)}`, authorized(token)),

  pairing: () => call<Pairing>("POST", "/pairings", { body: {} }),

  collect: (pairing: string) => call<Paired>("POST", "/pairings/collect", { body: { pairing }, within: COLLECT_WITHIN }),

  pair: (room: string, code: string, label?: string, token?: string) =>
    call<{ link_id: string; label: string | null }>("POST", `${at(room)}/pairings`, {
      body: label ? { code, label } : { code },
      ...authorized(token),
    }),
};
