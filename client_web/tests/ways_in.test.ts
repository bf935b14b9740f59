import { describe, expect, it } from "vitest";
import { sortedLinks } from "../src/host/ways_in";
import type { RoomLink } from "../src/room/api";

const NOW = 1_000;

const link = (id: string, role: string, more: Partial<RoomLink> = {}): RoomLink => ({
  id,
  role,
  label: null,
  link: id,
  url: `/host/r1#link=${id}`,
  created_at: 1,
  expires_at: null,
  revoked_at: null,
  ...more,
});

describe("links that were given out", () => {
  it("are co-hosts' and others, without those that open nothing any more", () => {
    const found = sortedLinks(
      [
        link("a", "host"),
        link("b", "wall"),
        link("c", "moderator", { expires_at: NOW + 1 }),
        link("d", "host", { revoked_at: 5 }),
        link("e", "moderator", { expires_at: NOW }),
        link("f", "attendee"),
      ],
      NOW,
    );
    expect(found.staff.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(found.others.map(({ id }) => id)).toEqual(["b", "f"]);
  });
});
