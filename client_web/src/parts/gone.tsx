import type { JSX } from "preact";
import { explain, words } from "../i18n/words";
import type { Failure } from "../room/failure";
import { Empty } from "./bricks";

interface GoneProps {
  failure: Failure;
  /** For those who run rooms: their way out is the list of these. */
  staff?: boolean;
  onAgain?: () => void;
}

/** There is no way in: what is the matter, and the one thing to do about it. */
export function Gone({ failure, staff = false, onAgain }: GoneProps): JSX.Element {
  const t = words.value;
  const again = onAgain ?? (() => location.reload());
  const elsewhere = (
    <a class="button" href={staff ? "/lobby" : "/"}>
      {staff ? t.to_rooms : t.to_start}
    </a>
  );
  // What can be no room's id is no room either.
  if (failure.code === "not_found" || failure.code === "invalid") {
    return (
      <Empty drawing="lost" title={t.no_room} hint={staff ? t.no_room_staff : t.no_room_hint}>
        {elsewhere}
      </Empty>
    );
  }
  if (failure.code === "revoked" || failure.code === "forbidden") {
    return (
      <Empty drawing="lost" title={explain(failure.code)} hint={staff ? t.no_access_staff : t.no_access_hint}>
        {staff && elsewhere}
      </Empty>
    );
  }
  if (failure.code === "kicked" || failure.code === "banned") {
    const banned = failure.code === "banned";
    return (
      <Empty drawing="door" title={explain(failure.code)} hint={banned ? t.banned_hint : t.kicked_hint}>
        <button type="button" class={banned ? "button" : "button main"} onClick={again}>
          {banned ? t.try_again : t.come_back}
        </button>
      </Empty>
    );
  }
  if (failure.code === "unauthorized") {
    // Trying again with the same link would end here again.
    return <Empty drawing="lost" title={t.bad_link} hint={t.no_access_hint} />;
  }
  return (
    <Empty drawing="lost" title={explain(failure.code)} {...(failure.retry && onAgain ? { hint: t.trying } : {})}>
      <button type="button" class="button main" onClick={again}>
        {t.try_again}
      </button>
    </Empty>
  );
}
