import { api, type Pass } from "./api";
import { Failure } from "./failure";
import type { Shelf } from "./storage";
import { decoded } from "./text";

/** What a browser keeps to come back as the same person. */
interface Kept {
  pass: Pass;
  link?: string;
  nickname?: string;
  /** In which shop they are, of those that take part. */
  shop?: string;
  /** Let in as staff: the staff session opens the room each time, so nothing is kept in the browser. */
  staff?: true;
  /** Until when the token is good, in this device's time. */
  until?: number;
}

/** Renew this long before a token runs out, so that nobody is thrown out in the middle. */
const AHEAD = 90_000;

/** How long a token is good for, in ms. It says so itself; a device's clock may be hours off. */
function lifetime(pass: Pass): number {
  try {
    const claims = JSON.parse(atob((pass.token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as Record<string, unknown>;
    const lasts = (Number(claims["exp"]) - Number(claims["iat"])) * 1000;
    if (lasts > 0) return lasts;
  } catch {
    // No token of ours: what the answer says about it must do.
  }
  return pass.expires_at - Date.now();
}

export const DEVICE = "showfloor.device";
export const NICKNAME = "showfloor.nickname";

/** Who somebody is in one room: how they got in, and how to get in again when the token has run out. */
export class Session {
  constructor(
    private readonly shelf: Shelf,
    private readonly key: string,
    private kept: Kept,
  ) {}

  get pass(): Pass {
    return this.kept.pass;
  }

  /** How long from now until the token should be renewed, in ms. */
  get freshFor(): number {
    const { pass, until } = this.kept;
    return (until ?? pass.expires_at) - Date.now() - Math.min(AHEAD, lifetime(pass) / 3);
  }

  /** Came in by signing in, not by a link. */
  get staff(): boolean {
    return this.kept.staff === true;
  }

  async renew(): Promise<void> {
    const { pass, link, nickname, staff, shop } = this.kept;
    const next = staff ? await api.enter(pass.room) : await enter(this.shelf, pass.room, link, nickname ?? pass.name, shop);
    this.#keep({ ...this.kept, pass: next, until: Date.now() + lifetime(next) });
  }

  /** In which shop they are, as they said. */
  get shop(): string | undefined {
    return this.kept.shop;
  }

  /** They are in another shop now, or in none: its code was scanned, or they said so. */
  async moveTo(shop: string | undefined): Promise<void> {
    const before = this.kept;
    const { shop: _, ...rest } = before;
    this.#keep(shop === undefined ? rest : { ...rest, shop });
    try {
      await this.renew();
    } catch (error) {
      this.#keep(before);
      throw error;
    }
  }

  forget(): void {
    this.shelf.drop(this.key);
  }

  #keep(kept: Kept): void {
    this.kept = kept;
    if (!kept.staff) this.shelf.set(this.key, kept);
  }

  /** As before on this device, if what was kept still opens the room. */
  static async resume(shelf: Shelf, page: string, room: string): Promise<Session | null> {
    const key = `showfloor.pass.${page}.${room}`;
    const kept = shelf.get<Kept>(key);
    if (!kept?.pass?.token) return null;
    const session = new Session(shelf, key, kept);
    if (session.freshFor < 0) await session.renew();
    return session;
  }

  /** Come in by a link, or as a guest with a nickname. */
  static async begin(
    shelf: Shelf,
    page: string,
    room: string,
    link?: string,
    nickname?: string,
    shop?: string,
  ): Promise<Session> {
    const pass = await enter(shelf, room, link, nickname, shop);
    const session = new Session(shelf, `showfloor.pass.${page}.${pass.room}`, { pass });
    session.#keep({ pass, until: Date.now() + lifetime(pass), ...(link ? { link } : {}), ...(nickname ? { nickname } : {}), ...(shop ? { shop } : {}) });
    if (nickname) shelf.set(NICKNAME, nickname);
    return session;
  }

  /** As the member of staff who is signed in. */
  static async asStaff(shelf: Shelf, page: string, room: string): Promise<Session> {
    const pass = await api.enter(room);
    return new Session(shelf, `showfloor.pass.${page}.${room}`, { pass, staff: true, until: Date.now() + lifetime(pass) });
  }

  /** As somebody who was here before, perhaps on another device. */
  static async bySeat(shelf: Shelf, page: string, room: string, code: string, shop?: string): Promise<Session> {
    const pass = await api.seat(room, code, shop);
    if (pass.device) shelf.set(DEVICE, pass.device);
    shelf.set(NICKNAME, pass.name);
    const session = new Session(shelf, `showfloor.pass.${page}.${pass.room}`, { pass });
    session.#keep({ pass, nickname: pass.name, until: Date.now() + lifetime(pass), ...(shop ? { shop } : {}) });
    return session;
  }
}

async function enter(shelf: Shelf, room: string, link?: string, nickname?: string, shop?: string): Promise<Pass> {
  const device = shelf.get<string>(DEVICE);
  if (!link && !nickname) throw new Failure("unauthorized");
  const pass = link ? await api.exchange(link, nickname, device, shop) : await api.guest(room, nickname ?? "", device, shop);
  if (pass.device) shelf.set(DEVICE, pass.device);
  return pass;
}

/** The shop for which an address was printed, or a wall was opened. */
export const shopInAddress = (): string | undefined => new URLSearchParams(location.search).get("shop") ?? undefined;

/** The room, the link and the shop in a page's address. The link is a key: it leaves the address bar at once. */
export function takeAddress(): { room: string; link: string | undefined; shop: string | undefined } {
  const room = decoded(location.pathname.split("/")[2] ?? "");
  const fragment = new URLSearchParams(location.hash.slice(1));
  const link = fragment.get("link") ?? fragment.get("l") ?? undefined;
  if (link) history.replaceState(null, "", location.pathname + location.search);
  return { room, link, shop: shopInAddress() };
}

/** Where people come in, from the server's public address if it has one; in this shop, if it is given. */
export function audienceAddress(room: string, base: string = location.origin, shop?: string): string {
  const query = shop === undefined ? "" : `?shop=${encodeURIComponent(shop)}`;
  return new URL(`/r/${encodeURIComponent(room)}${query}`, base).href;
}
