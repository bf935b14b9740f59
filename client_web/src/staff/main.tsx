import type { JSX } from "preact";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { staffWords, why } from "../i18n/staff_words";
import { words } from "../i18n/words";
import { Rooms } from "../lobby/rooms";
import { RoomSheet } from "../lobby/room";
import { PrintSheet } from "../lobby/sheet";
import { show, titled } from "../show";
import { Empty, Waiting } from "../parts/bricks";
import { failureOf } from "../room/failure";
import { Patience } from "../room/patience";
import { Account } from "./account";
import { type Me, staffApi } from "./api";
import { Audit } from "./audit";
import { Frame, Porch } from "./frame";
import { Invitation } from "./invitation";
import { People } from "./people";
import { placeOf, safeNext } from "./place";
import { followLinks, go, path } from "./routes";
import { SignIn } from "./sign_in";
import { me, onceMore, refreshShops, runsPeople, shops } from "./signed_in";
import "../style/polls.css";
import "../style/chat.css";
import "../lobby/lobby.css";
import "./staff.css";

/** The invitation in the page's address. It is a key, so it leaves the address bar at once. */
function takeInvitation(): string | null {
  const invitation = new URLSearchParams(location.hash.slice(1)).get("invitation");
  if (invitation) history.replaceState(null, "", location.pathname + location.search);
  return invitation;
}

const invitation = signal(takeInvitation());
// Pasted into the address bar of a page that is open, it loads none.
window.addEventListener("hashchange", () => {
  invitation.value = takeInvitation() ?? invitation.value;
});
// A page that the browser kept shows who was signed in then.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && invitation.value === null) void arrive();
});
const failure = signal<unknown>(null);
const patience = new Patience();
let retry: ReturnType<typeof setTimeout> | undefined;

async function arrive(): Promise<void> {
  clearTimeout(retry);
  try {
    const who = await staffApi.me();
    await refreshShops();
    failure.value = null;
    me.value = who;
  } catch (error) {
    const { code, retry: later, retryAfter } = failureOf(error);
    if (!later && code !== "internal") {
      failure.value = null;
      me.value = null;
      return;
    }
    failure.value = error;
    // A server that starts anew is back in a moment; nobody should have to tap for that.
    retry = setTimeout(() => void arrive(), patience.next(retryAfter));
  }
}

async function enter(who: Me): Promise<void> {
  const next = safeNext(new URLSearchParams(location.search).get("next"));
  const fresh = invitation.value !== null;
  const back = onceMore.value;
  invitation.value = null;
  onceMore.value = false;
  shops.value = who.shops;
  await refreshShops().catch(() => undefined);
  me.value = who;
  if (next) go(next, { replace: true });
  // Who has just come, or asked for no page in particular, wants to work.
  else if (fresh || (path.value === "/staff" && !back)) go("/lobby", { replace: true });
}

/** It opens nothing: whoever is signed in goes on, others sign in. */
function leaveInvitation(): void {
  invitation.value = null;
  void arrive();
}

function notNow(): void {
  onceMore.value = false;
  me.value = undefined;
  void arrive();
}

function Page(): JSX.Element {
  useEffect(() => {
    followLinks();
    if (invitation.value === null) void arrive();
  }, []);
  if (invitation.value !== null) {
    return <Invitation key={invitation.value} invitation={invitation.value} onIn={(who) => void enter(who)} onLeave={leaveInvitation} />;
  }
  if (me.value) {
    return (
      <Frame who={me.value}>
        <Place who={me.value} />
      </Frame>
    );
  }
  if (me.value === null) return <SignIn onIn={(who) => void enter(who)} {...(onceMore.value ? { onBack: notNow } : {})} />;
  return (
    <Porch>
      {failure.value ? (
        <Empty drawing="lost" title={why(failure.value)} hint={words.value.trying}>
          <button type="button" class="button" onClick={() => void arrive()}>
            {words.value.try_again}
          </button>
        </Empty>
      ) : (
        <Waiting label={words.value.loading} />
      )}
    </Porch>
  );
}

function Place({ who }: { who: Me }): JSX.Element {
  const place = placeOf(path.value);
  if (place.page === "room") return <RoomSheet key={place.room} room={place.room} />;
  if (place.page === "sheet") return <PrintSheet room={place.room} />;
  if (place.page === "people" && runsPeople(who)) return <People who={who} />;
  if (place.page === "audit" && runsPeople(who)) return <Audit />;
  return place.page === "account" ? <Account who={who} /> : <Rooms who={who} />;
}

titled(() => {
  const t = staffWords.value;
  const { page } = placeOf(path.value);
  if (!me.value) return invitation.value === null ? t.sign_in : t.welcome;
  if (page === "sheet") return t.sheet;
  return page === "room" ? t.lobby : t.nav[page];
});
show(() => <Page />);
