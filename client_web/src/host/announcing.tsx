import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { runWords } from "../i18n/run_words";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { timeOfDay } from "../parts/time";
import { type Announcement, announcements, siteOf } from "../room/activities/announcements";
import { lengthOf, wellFormed } from "../room/text";
import { act } from "./act";
import { announced, withdrawAnnouncement } from "./run_acts";

const MOST = 200;
const LINK_MOST = 500;

/** What is announced, and the way to say something else. */
export function AnnouncementNow({ room, onWrite }: { room: Room; onWrite: () => void }): JSX.Element {
  const t = runWords.value;
  const { current } = stateOf(room.now.value, announcements);
  return (
    <>
      <div class="panel-title">
        <h2>{t.announcement}</h2>
        <button type="button" class="button" onClick={onWrite}>
          <Icon name={current ? "horn" : "plus"} size={20} />
          {current ? t.announcement_edit : t.announcement_new}
        </button>
      </div>
      <div class="scrolls">
        {current ? (
          <div class="card item announced">
            <div class="row tight">
              <p class="grow">{current.text}</p>
              <IconButton icon="close" label={t.announcement_withdraw} onClick={() => withdrawAnnouncement(room, current)} />
            </div>
            <p class="note figures">{[timeOfDay(current.at), siteOf(current.link), current.edited ? t.edited : ""].filter(Boolean).join(" · ")}</p>
          </div>
        ) : (
          <p class="note">{t.announcement_hint}</p>
        )}
      </div>
    </>
  );
}

/** A new announcement, or the one that stands put otherwise. */
export function AnnouncementForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = runWords.value;
  // As it was when the form was opened: if another host says something else meanwhile, this becomes a new one.
  const [before] = useState<Announcement | null>(() => announced(room));
  const [text, setText] = useState(before?.text ?? "");
  const [link, setLink] = useState(before?.link ?? "");
  const [problem, setProblem] = useState("");
  const over = lengthOf(text) - MOST;

  const save = async (anew: boolean) => {
    const said = wellFormed(text).trim();
    const to = link.trim();
    if (!said) setProblem(t.needs_text);
    else if (over > 0) setProblem(words.value.too_long(over));
    else if (to && !siteOf(to)) setProblem(t.needs_link);
    else {
      const fields = { text: said, link: to || null };
      const now = announced(room);
      const same = before !== null && !anew && now?.announcement === before.announcement;
      const done = same
        ? await act(room, "announcement.edit", { ...fields, announcement: before.announcement })
        : await act(room, "announcement.post", fields);
      if (done) onClose();
    }
  };

  return (
    <Dialog title={before ? t.announcement_edit : t.announcement_new} onClose={onClose}>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(false);
        }}
      >
        <label class="field">
          <span>{t.announcement_text}</span>
          <textarea
            class="input"
            rows={3}
            value={text}
            placeholder={t.announcement_text_hint}
            aria-invalid={over > 0}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {over > 0 && <span class="note bad">{words.value.too_long(over)}</span>}
        </label>
        <label class="field">
          <span>{t.link}</span>
          <Line value={link} most={LINK_MOST} placeholder="https://" onText={setLink} />
        </label>
        <p class="note">{t.link_hint}</p>
        <Problem text={problem} />
        <div class="row end sticky">
          {before && (
            <button type="button" class="button" onClick={() => void save(true)}>
              {t.announce_anew}
            </button>
          )}
          <button type="submit" class="button main">
            {before ? t.save : t.announce}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
