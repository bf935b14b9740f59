import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Switch } from "../parts/controls";
import { Icon } from "../parts/icons";
import { toast, toastFailure } from "../parts/toast";
import { lifecycle } from "../room/activities/lifecycle";
import { filter, wordLists } from "../room/activities/words";
import { act } from "./act";
import { set } from "./setting";

/** Words in the document at once; the newest. */
const SHOWN = 200;

async function add(room: Room, pasted: string): Promise<boolean> {
  const lists = wordLists(pasted);
  try {
    for (const list of lists) await room.client.send("words.add", { words: list });
  } catch (error) {
    toastFailure(error);
    return false;
  }
  const t = words.value;
  const back = () => void remove(room, lists);
  toast(t.done["words.add"] ?? t.ok, t.undo, back);
  return true;
}

async function remove(room: Room, lists: string[][]): Promise<void> {
  try {
    for (const list of lists) await room.client.send("words.remove", { words: list });
  } catch (error) {
    toastFailure(error);
  }
}

/** The room's own list of words that nobody is to read here. */
export function WordFilter({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const { words: list } = stateOf(snapshot, filter);
  const { filter_common, filter_holds } = stateOf(snapshot, lifecycle).settings;
  const host = snapshot.you?.role === "host";
  const [text, setText] = useState("");
  const clear = () => {
    const before = list.join("\n");
    void act(room, "words.clear", {}, () => void add(room, before));
  };
  return (
    <section class="group">
      <h2>{t.filter}</h2>
      <p class="note">{t.filter_hint}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void add(room, text).then((done) => done && setText(""));
        }}
      >
        <label class="field">
          <span>{t.filter_add}</span>
          <textarea class="input" rows={2} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button wide" disabled={!wordLists(text).length}>
          <Icon name="plus" size={20} />
          {t.filter_add_do}
        </button>
      </form>
      {list.length > 0 && (
        <details>
          <summary>{t.filter_list(list.length)}</summary>
          <ul class="row tight filtered">
            {list
              .slice(-SHOWN)
              .reverse()
              .map((word) => (
                <li key={word}>
                  <button
                    type="button"
                    class="button"
                    aria-label={t.filter_drop(word)}
                    onClick={() =>
                      void act(room, "words.remove", { words: [word] }, () => void act(room, "words.add", { words: [word] }))
                    }
                  >
                    {word}
                    <Icon name="close" size={16} />
                  </button>
                </li>
              ))}
          </ul>
          <button type="button" class="button quiet" onClick={clear}>
            {t.filter_clear}
          </button>
        </details>
      )}
      {host && (
        <>
          <Switch
            label={t.filter_common}
            on={filter_common}
            onSwitch={(on) => set(room, { filter_common: on }, { filter_common })}
          />
          <Switch
            label={t.filter_holds}
            on={filter_holds}
            onSwitch={(on) => set(room, { filter_holds: on }, { filter_holds })}
          />
        </>
      )}
    </section>
  );
}
