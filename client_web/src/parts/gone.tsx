import type { JSX } from "preact";
import { explain, words } from "../i18n/words";
import type { Failure } from "../room/failure";
import { Empty } from "./bricks";

/** There is no way in: what is the matter, and the one thing to do about it. */
export function Gone({ failure, onAgain }: { failure: Failure; onAgain?: () => void }): JSX.Element {
  const t = words.value;
  const again = onAgain ?? (() => location.reload());
  if (failure.code === "not_found") {
    return <Empty drawing="lost" title={t.no_room} hint={t.no_room_hint} />;
  }
  if (failure.code === "revoked" || failure.code === "forbidden") {
    return <Empty drawing="lost" title={explain(failure.code)} hint={t.no_access_hint} />;
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
    <Empty drawing="lost" title={explain(failure.code)}>
      <button type="button" class="button main" onClick={again}>
        {t.try_again}
      </button>
    </Empty>
  );
}
