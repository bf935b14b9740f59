import type { Activity } from "../activity";
import type { LoggedEvent, StageView } from "../messages";

/** What hosts have set for the wall; `auto`: it shows what is on. */
export type StageState = Readonly<StageView>;
export type SceneName = StageView["scene"];
export type Countdown = NonNullable<StageView["countdown"]>;

const AUTO: StageState = { scene: "auto", subject: null, blank: false, countdown: null };

/** What is gone with this event, if it names anything. */
function gone(event: LoggedEvent): string | undefined {
  switch (event.type) {
    case "question.hidden":
    case "question.withdrawn":
    case "question.dropped":
      return event.data?.question;
    case "photo.hidden":
    case "photo.deleted":
      return event.data?.photo;
    case "poll.removed":
      return event.data?.poll;
    case "draw.removed":
      return event.data?.draw;
    case "first.removed":
      return event.data?.first;
    default:
      return undefined;
  }
}

export const stage: Activity<StageState> = {
  name: "stage",

  read: (view) => ({ ...AUTO, ...(view as StageView | undefined) }),

  apply(state, event) {
    switch (event.type) {
      case "stage.changed":
        return event.data ? { ...state, ...event.data } : state;
      case "stage.blanked":
      case "stage.unblanked":
        return { ...state, blank: event.type === "stage.blanked" };
      case "countdown.started":
        return event.data ? { scene: "countdown", subject: null, blank: false, countdown: event.data } : state;
      case "countdown.extended":
        return state.countdown ? { ...state, countdown: { ...state.countdown, ...event.data } } : state;
      case "countdown.stopped":
        return { ...state, ...event.data, countdown: null };
      default:
        if (state.subject === null || gone(event) !== state.subject) return state;
        // Where one photo was there are others.
        return { ...state, subject: null, scene: state.scene === "photos" ? "photos" : "auto" };
    }
  },
};

/** How long until it ends, in ms of room time. */
export const countsDown = (countdown: Countdown, now: number): number => Math.max(0, countdown.ends_at - now);
