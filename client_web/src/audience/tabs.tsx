import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import type { Room } from "../page";
import { IconButton } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Toasts } from "../parts/toast";
import { tab as shelf } from "../room/storage";
import type { TabPart } from "../views/view";
import { wanted } from "./way";
import "./tabs.css";

interface TabsProps {
  room: Room;
  parts: readonly TabPart[];
}

/** So many stand beside each other on a phone, and one's own; the others are one tap further. */
const FIRST = 3;

const isFurther = (part: TabPart, place: number): boolean => place >= FIRST && part.name !== "mine";

/** What people do, one tab each. All of them stay as they were left: where one was reading, and what one wrote. */
export function Tabs({ room, parts }: TabsProps): JSX.Element {
  const kept = `showfloor.tab.${room.session.pass.room}`;
  const [chosen, setChosen] = useState(() => {
    const last = shelf.get<string>(kept);
    return parts.some((part) => part.name === last) ? last : parts[0]?.name;
  });
  const seen = useSeen(room, parts, chosen);
  const news = parts.filter((part) => part.newest(room) > (seen.get(part.name) ?? 0));
  const choose = (name: string) => {
    shelf.set(kept, name);
    setChosen(name);
  };
  const asked = wanted.value;
  useEffect(() => {
    if (asked === null) return;
    wanted.value = null;
    if (parts.some((part) => part.name === asked)) choose(asked);
  }, [asked]);
  return (
    <>
      <div class="kinds">
        <div role="tablist" aria-label={words.value.parts}>
          {parts.map((part, place) => (
            <Choice
              key={part.name}
              part={part}
              room={room}
              chosen={part.name === chosen}
              further={isFurther(part, place)}
              news={news.includes(part)}
              onChoose={() => choose(part.name)}
            />
          ))}
        </div>
        {parts.some(isFurther) && <Further room={room} parts={parts.filter(isFurther)} onChoose={choose} />}
      </div>
      <p class="seen-by-readers" aria-live="polite">
        {news.map((part) => words.value.mine.news(part.label())).join(" ")}
      </p>
      <div class="kind-panels">
        {parts.map(({ name, brief, Panel }) => (
          <div
            key={name}
            id={`kind-${name}`}
            class={`kind-panel ${name === chosen ? "" : "away"}`}
            role="tabpanel"
            aria-labelledby={`choose-${name}`}
            aria-hidden={name !== chosen}
            inert={name !== chosen}
          >
            {(name === chosen || !brief) && <Panel room={room} />}
            {name === chosen && <Toasts within />}
          </div>
        ))}
      </div>
    </>
  );
}

/** Up to where each tab was looked at: what was there on coming in is not news. */
function useSeen(room: Room, parts: readonly TabPart[], chosen: string | undefined): ReadonlyMap<string, number> {
  const seen = useRef<Map<string, number> | null>(null);
  seen.current ??= new Map(parts.map((part) => [part.name, part.newest(room)]));
  for (const part of parts) {
    if (part.name === chosen) seen.current.set(part.name, part.newest(room));
  }
  return seen.current;
}

interface ChoiceProps {
  part: TabPart;
  room: Room;
  chosen: boolean;
  /** On a phone it is seen only while it is chosen. */
  further: boolean;
  news: boolean;
  onChoose: () => void;
}

function Choice({ part, room, chosen, further, news, onChoose }: ChoiceProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const count = part.count?.(room) ?? 0;
  useEffect(() => {
    // On a narrow page the one that was chosen is in sight.
    if (chosen) button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  return (
    <button
      ref={button}
      type="button"
      role="tab"
      class={further ? "further" : ""}
      id={`choose-${part.name}`}
      aria-controls={`kind-${part.name}`}
      aria-selected={chosen}
      tabIndex={chosen ? 0 : -1}
      // Pressed, it leaves the focus where it is: a field that loses it grows what stands above, and the tab moves away
      // before it is let go.
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => {
        event.currentTarget.focus();
        onChoose();
      }}
      onKeyDown={step}
    >
      <Icon name={part.icon} size={20} />
      <span>{part.label()}</span>
      {count > 0 && <span class="figures">{figure(count)}</span>}
      {news && (
        <i class="news">
          <span class="seen-by-readers">{words.value.something_new}</span>
        </i>
      )}
    </button>
  );
}

interface FurtherProps {
  room: Room;
  parts: readonly TabPart[];
  onChoose: (name: string) => void;
}

/** The way to what a phone has no room for. */
function Further({ room, parts, onChoose }: FurtherProps): JSX.Element {
  const t = words.value.mine;
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton class="to-further" icon="more" label={t.others} onClick={() => setOpen(true)} />
      {open && (
        <Dialog title={t.others_title} onClose={() => setOpen(false)}>
          {parts.map((part) => (
            <button
              key={part.name}
              type="button"
              class="button large wide"
              onClick={() => {
                setOpen(false);
                onChoose(part.name);
              }}
            >
              <Icon name={part.icon} />
              {part.label()}
              <span class="figures">{(part.count?.(room) ?? 0) || ""}</span>
            </button>
          ))}
        </Dialog>
      )}
    </>
  );
}

/** Arrows go from tab to tab, and choose it. */
function step(event: KeyboardEvent): void {
  const here = event.currentTarget as HTMLElement;
  const tabs = Array.from(here.parentElement?.querySelectorAll<HTMLElement>("[role=tab]") ?? []).filter((one) => one.offsetParent);
  const ways: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };
  const at = tabs.indexOf(here);
  const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : at + (ways[event.key] ?? 0);
  const next = tabs[(to + tabs.length) % tabs.length];
  if (!next || next === here) return;
  event.preventDefault();
  next.focus();
  next.click();
}
