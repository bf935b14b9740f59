import type { JSX } from "preact";
import { explain, words } from "../i18n/words";
import type { Failure } from "../room/failure";
import { Empty } from "./bricks";

interface GoneProps {
  failure: Failure;
  /** For those who run rooms: their way out is the list of these. */
  staff?: boolean;
  /** Was in already: then no link was mistyped. */
  inside?: boolean;
  onAgain?: () => void;
}

/** There is no way in, or none any more: what is the matter, and the one thing to do about it. */
export function Gone({ failure, staff = false, inside = false, onAgain }: GoneProps): JSX.Element {
  const t = words.value;
  const { code } = failure;
  const again = onAgain ?? (() => location.reload());
  const elsewhere = (
    <a class="button" href={staff ? "/lobby" : "/"}>
      {staff ? t.to_rooms : t.to_start}
    </a>
  );
  // What can be no room's id is no room either.
  if (code === "not_found" || code === "invalid") {
    const hint = inside ? t.gone_hint : staff ? t.no_room_staff : t.no_room_hint;
    return (
      <Empty drawing="lost" title={inside ? t.gone : t.no_room} hint={hint}>
        {elsewhere}
      </Empty>
    );
  }
  if (code === "revoked" || code === "forbidden") {
    const hint = !staff ? t.no_access_hint : code === "revoked" ? t.revoked_staff : t.no_access_staff;
    return (
      <Empty drawing="lost" title={explain(code)} hint={hint}>
        {staff && code === "revoked" ? (
          <a class="button" href={`/staff?next=${encodeURIComponent(location.pathname)}`}>
            {t.start_staff}
          </a>
        ) : (
          elsewhere
        )}
      </Empty>
    );
  }
  if (code === "kicked" || code === "banned") {
    const banned = code === "banned";
    return (
      <Empty drawing="door" title={explain(code)} hint={banned ? t.banned_hint : t.kicked_hint}>
        <button type="button" class={banned ? "button" : "button main"} onClick={again}>
          {banned ? t.try_again : t.come_back}
        </button>
      </Empty>
    );
  }
  if (inside && (code === "expired" || code === "unauthorized")) {
    return (
      <Empty drawing="door" title={explain("expired")} hint={staff ? t.revoked_staff : t.expired_hint}>
        <button type="button" class="button main" onClick={again}>
          {t.come_back}
        </button>
      </Empty>
    );
  }
  if (code === "unauthorized" || code === "expired") {
    // Trying again with the same link would end here again.
    return (
      <Empty drawing="lost" title={t.bad_link} hint={t.no_access_hint}>
        {elsewhere}
      </Empty>
    );
  }
  return (
    <Empty drawing="lost" title={explain(code)} {...(failure.retry && onAgain ? { hint: t.trying } : {})}>
      <button type="button" class="button main" onClick={again}>
        {t.try_again}
      </button>
    </Empty>
  );
}
