import { signal } from "@preact/signals";
import type { Room } from "../page";
import { at } from "../room/api";
import type { Photo } from "../room/activities/photos";
import { call } from "../room/http";

export type Size = 160 | 640 | 2048;

interface Known {
  urls: Readonly<Record<Size, string>>;
  /** On the page's own clock: the phone's may be wrong by years. */
  until: number;
  photo: Photo | undefined;
}

interface Answer {
  links: Record<string, Record<Size, string>>;
  photos?: Record<string, Photo>;
  good_ms: number;
}

/** Photos asked for in one request. */
const AT_ONCE = 100;
/** Until others that are wanted at the same moment are gathered, in ms. */
const GATHER = 30;
/** A photo that is not found may be on its way to the server that we asked. */
const AGAIN = 3_000;
const TRIES = 4;
/** Then it is left alone for so long. */
const REST = 60_000;
/** An address that ends so soon is asked for anew. */
const SPARE = 60_000;

const known = signal<ReadonlyMap<string, Known>>(new Map());
const wanted = new Map<string, number>();
const resting = new Map<string, number>();
let gathering = false;

/** Where a picture is; undefined until the server has said so. It is asked for by the way. */
export function addressOf(room: Room, photo: string, size: Size): string | undefined {
  return asked(room, photo)?.urls[size];
}

/** What is said of a photo that is older than those in the page; undefined until the server has said so. */
export const told = (room: Room, photo: string): Photo | undefined => asked(room, photo)?.photo;

function asked(room: Room, photo: string): Known | undefined {
  const found = known.value.get(photo);
  const now = performance.now();
  if ((!found || found.until - now < SPARE) && (resting.get(photo) ?? 0) <= now) want(room, photo, 0);
  return found;
}

/** The address did not open: ask anew. */
export function forget(photo: string): void {
  if (!known.value.has(photo)) return;
  const rest = new Map(known.value);
  rest.delete(photo);
  known.value = rest;
}

function want(room: Room, photo: string, tried: number): void {
  if (wanted.has(photo)) return;
  wanted.set(photo, tried);
  if (gathering) return;
  gathering = true;
  setTimeout(() => {
    gathering = false;
    const some = [...wanted].slice(0, AT_ONCE);
    void fetchThese(room, some).then((rest) => {
      for (const [name] of some) wanted.delete(name);
      for (const [name, count] of rest) {
        resting.set(name, performance.now() + (count < TRIES ? AGAIN * (count + 1) : REST));
        if (count < TRIES) setTimeout(() => known.peek().has(name) || want(room, name, count + 1), AGAIN * (count + 1));
      }
      const next = [...wanted][0];
      if (next) {
        wanted.delete(next[0]);
        want(room, ...next);
      }
    });
  }, GATHER);
}

/** Those of which nothing was learned. */
async function fetchThese(room: Room, some: readonly (readonly [string, number])[]): Promise<readonly (readonly [string, number])[]> {
  try {
    const { pass } = room.session;
    const names = some.map(([name]) => name);
    const answer = await call<Answer>("POST", `${at(pass.room)}/photos/links`, { body: { photos: names }, token: pass.token });
    const until = performance.now() + answer.good_ms;
    known.value = new Map([
      ...known.value,
      ...Object.entries(answer.links).map(([name, urls]) => [name, { urls, until, photo: answer.photos?.[name] }] as const),
    ]);
    return some.filter(([name]) => !(name in answer.links));
  } catch {
    return some;
  }
}
