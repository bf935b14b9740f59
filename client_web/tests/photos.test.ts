import { describe, expect, it } from "vitest";
import { kept, moved, WHOLE, ZOOM_MOST } from "../src/photos/crop";
import { type Photo, photos, type PhotosState } from "../src/room/activities/photos";
import type { LoggedEvent } from "../src/room/messages";

const ann = { id: "ann", name: "小安", role: "attendee" as const };
let seq = 0;
function event<Type extends LoggedEvent["type"]>(type: Type, data: Extract<LoggedEvent, { type: Type }>["data"], at = 1_000) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by: ann, data } as LoggedEvent;
}

const content = (photo: string, added_at = 1_000) => ({ photo, width: 4, height: 3, color: "#ffffff", caption: null, added_at });
const from = (state: PhotosState, ...events: LoggedEvent[]) => events.reduce<PhotosState>(photos.apply, state);
const all = (...events: LoggedEvent[]) => from(photos.read(undefined), ...events);
const ids = (some: readonly Photo[]) => some.map((one) => one.photo);
const places = (state: PhotosState) => [ids(state.photos), ids(state.pending), ids(state.bin), state.count];

describe("photos", () => {
  it("wait, are shown, hidden and shown again", () => {
    const waiting = all(event("photo.offered", content("a")));
    expect(places(waiting)).toEqual([[], ["a"], [], 0]);
    const shown = from(waiting, event("photo.posted", content("a"), 5_000));
    expect(places(shown)).toEqual([["a"], [], [], 1]);
    expect(shown.postedAt).toBe(5_000);
    expect(shown.newest).toBe(seq);
    const hidden = from(shown, event("photo.hidden", { photo: "a" }), event("photo.binned", { ...content("a"), waited: false }));
    expect(places(hidden)).toEqual([[], [], ["a"], 0]);
    expect(places(from(hidden, event("photo.posted", content("a"))))).toEqual([["a"], [], [], 1]);
    expect(places(from(hidden, event("photo.offered", content("a"))))).toEqual([[], ["a"], [], 0]);
  });

  it("are gone wherever they were", () => {
    const some = all(event("photo.posted", content("a")), event("photo.offered", content("b")), event("photo.binned", { ...content("c"), waited: true }));
    const gone = ["a", "b", "c"].map((photo) => event("photo.deleted", { photo, staff: true }));
    expect(places(from(some, ...gone))).toEqual([[], [], [], 0]);
    expect(places(from(some, event("photo.deleted", { photo: "x", staff: false })))).toEqual([["a"], ["b"], ["c"], 1]);
  });

  it("stand in the order of their adding, whenever they were approved", () => {
    const state = all(event("photo.posted", content("b", 2_000)), event("photo.posted", content("a", 1_000)));
    expect(ids(state.photos)).toEqual(["a", "b"]);
  });

  it("are counted beyond those that are kept", () => {
    const many = Array.from({ length: 130 }, (_, place) => event("photo.posted", content(`p${place}`, place)));
    const state = all(...many);
    expect(state.count).toBe(130);
    expect(state.photos).toHaveLength(100);
    expect(state.photos[0]?.photo).toBe("p30");
  });

  it("are read from a view, and stubs change nothing", () => {
    const view = { photos: [{ ...content("a"), at: 1_000, by: ann }], count: 7 };
    const state = photos.read(view);
    expect(places(state)).toEqual([["a"], [], [], 7]);
    expect(from(state, event("photo.posted", null), event("photo.offered", null), event("photo.deleted", null))).toEqual(state);
  });

  it("grow too old", () => {
    const state = all(event("photo.posted", content("a", 1_000)), event("photo.offered", content("b", 3_000)));
    const later = from(state, event("room.retired", { before: 2_000, upto: 1 } as never));
    expect(places(later)).toEqual([[], ["b"], [], 0]);
  });
});

describe("a cut", () => {
  it("keeps all of a photo until a shape is chosen", () => {
    expect(kept(400, 300, WHOLE)).toEqual({ left: 0, top: 0, width: 400, height: 300 });
  });

  it("is as large as fits, in the middle", () => {
    expect(kept(400, 300, { ...WHOLE, shape: 1 })).toEqual({ left: 50, top: 0, width: 300, height: 300 });
    expect(kept(300, 400, { ...WHOLE, shape: 1 })).toEqual({ left: 0, top: 50, width: 300, height: 300 });
    expect(kept(400, 300, { ...WHOLE, shape: 1, zoom: 2 })).toEqual({ left: 125, top: 75, width: 150, height: 150 });
  });

  it("never leaves the photo, and comes back as it went", () => {
    const near = { ...WHOLE, shape: 4 / 3, zoom: ZOOM_MOST };
    const corner = moved(4_000, 3_000, near, 99_999, -99_999);
    expect(kept(4_000, 3_000, corner)).toEqual({ left: 3_000, top: 0, width: 1_000, height: 750 });
    expect(kept(4_000, 3_000, moved(4_000, 3_000, corner, -100, 50))).toEqual({ left: 2_900, top: 50, width: 1_000, height: 750 });
  });
});
