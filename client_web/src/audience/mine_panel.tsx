import type { JSX } from "preact";
import { Face } from "../chat/messages";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { Empty } from "../parts/bricks";
import { LanguageSwitch } from "../parts/top_bar";
import type { MinePart } from "../views/view";
import { Seat } from "./seat";
import { ShopMine } from "./shop_mine";
import "./mine.css";

/** What is one's own of all that the room does, and who one is here. */
export function MinePanel({ room, parts }: { room: Room; parts: readonly MinePart[] }): JSX.Element {
  const t = words.value;
  const { you, mine } = room.now.value;
  const some = parts.filter((part) => part.some(room));
  return (
    <div class="kind-list mine-list" tabIndex={0} role="region" aria-label={t.mine.tab}>
      {you && (
        <p class="row mine-name">
          <Face by={you} />
          <b class="grow">{you.name}</b>
          {mine.arrivals && <span class="tag good">{t.mine.checked_in}</span>}
          <LanguageSwitch spelt />
        </p>
      )}
      <ShopMine room={room} />
      {some.length === 0 && <Empty drawing="door" title={t.mine.none} hint={t.mine.none_hint} />}
      {some.map(({ name, label, List }) => (
        <section key={name} class={`mine-${name}`} aria-label={label()}>
          <h2>{label()}</h2>
          <List room={room} />
        </section>
      ))}
      <Seat room={room} />
    </div>
  );
}
