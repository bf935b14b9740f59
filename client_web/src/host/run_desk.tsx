import { signal } from "@preact/signals";
import { runWords } from "../i18n/run_words";
import { stateOf } from "../page";
import { cues, type Prepared } from "../room/activities/cues";
import type { ConsolePart } from "../views/view";
import { AnnouncementForm, AnnouncementNow } from "./announcing";
import { callNext } from "./run_acts";
import { CueForm, RunNow, RunSheet } from "./run_sheet";
import "./run.css";

/** The form that is open: a new announcement or call, or a prepared call that is changed. */
const making = signal<"announcement" | "cue" | Prepared | null>(null);
const close = () => (making.value = null);

/** The course of the show in the console: what is announced, what people are called to do, and what comes next. */
export const runDesk: ConsolePart = {
  Now: ({ room }) => <RunNow room={room} />,
  panel: {
    name: "course",
    icon: "flag",
    label: () => runWords.value.tab,
    count: (room) => stateOf(room.now.value, cues).sheet.filter((one) => one.called_at === null).length,
    Panel: ({ room }) => (
      <div class="run-panel">
        <AnnouncementNow room={room} onWrite={() => (making.value = "announcement")} />
        <RunSheet room={room} onNew={() => (making.value = "cue")} onEdit={(one) => (making.value = one)} />
      </div>
    ),
  },
  Over: ({ room }) => {
    const form = making.value;
    if (form === "announcement") return <AnnouncementForm room={room} onClose={close} />;
    if (form === null) return null;
    return <CueForm key={form === "cue" ? "" : form.cue} room={room} cue={form === "cue" ? null : form} onClose={close} />;
  },
  keys: (room) => ({ ".": () => callNext(room) }),
};
