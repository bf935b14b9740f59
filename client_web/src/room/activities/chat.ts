import type { Activity } from "../activity";
import type { ChatView, LoggedEvent, MessageView } from "../messages";

/** Messages kept while the newest are read. */
export const CHAT_KEPT = 400;
/** A view that holds so many may have left older ones out. */
const CHAT_SHOWN = 200;
/** Messages kept once older ones were asked for. */
const CHAT_KEPT_OLDER = 3_000;

/** A message; `seq` and `at` are those of its first sending, so `seq` is the order of messages. */
export type ChatMessage = Readonly<MessageView>;

export interface ChatState {
  readonly messages: readonly ChatMessage[];
  readonly pinned: ChatMessage | null;
  /** What staff deleted; told to hosts only. */
  readonly bin: readonly ChatMessage[];
  /** What waits for staff, oldest first; told to hosts only. `mine` tells each person of theirs. */
  readonly held: readonly ChatMessage[];
  /** Older messages were loaded in front. */
  readonly older: boolean;
  /** From this seq on, `messages` are all there are. */
  readonly from: number;
}

type Whole = Extract<LoggedEvent, { type: "chat.sent" | "chat.held" | "chat.binned" | "chat.restored" }>;

function messageOf(event: Whole): ChatMessage | null {
  if (event.data === null || event.by === null) return null;
  const { message, text } = event.data;
  if (event.type === "chat.sent" || event.type === "chat.held") return { message, text, by: event.by, seq: event.seq, at: event.at };
  const { sent_seq, sent_at } = event.data as Extract<typeof event.data, { sent_seq: number }>;
  return { message, text, by: event.by, seq: sent_seq, at: sent_at };
}

/** With `message` in its place by seq. Nearly always that is the end. */
function put(messages: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] {
  const last = messages[messages.length - 1];
  if (!last || last.seq < message.seq) return [...messages, message];
  if (messages.some((one) => one.seq === message.seq)) return messages;
  const place = messages.findIndex((one) => one.seq > message.seq);
  return [...messages.slice(0, place), message, ...messages.slice(place)];
}

const without = (messages: readonly ChatMessage[], message: string | undefined) =>
  messages.filter((one) => one.message !== message);

/** Without what was first sent before that time. */
function since(state: ChatState, time: number): ChatState {
  const young = (one: ChatMessage) => one.at >= time;
  const pinned = state.pinned && young(state.pinned) ? state.pinned : null;
  return { ...state, messages: state.messages.filter(young), bin: state.bin.filter(young), held: state.held.filter(young), pinned };
}

function kept(state: ChatState, most: number): ChatState {
  const messages = state.messages.slice(-most);
  const from = messages.length < state.messages.length ? (messages[0]?.seq ?? 0) : state.from;
  return { ...state, messages, from };
}

function bounded(state: ChatState): ChatState {
  const most = state.older ? CHAT_KEPT_OLDER : CHAT_KEPT;
  return state.messages.length > most ? kept(state, most) : state;
}

export const chat: Activity<ChatState> & {
  extend(state: ChatState, events: readonly LoggedEvent[]): ChatState;
  newest(state: ChatState): ChatState;
} = {
  name: "chat",
  counted: ["chat.sent"],

  read(view) {
    const { messages = [], pinned = null, bin = [], held = [] } = (view ?? {}) as Partial<ChatView>;
    const from = messages.length < CHAT_SHOWN ? 0 : (messages[0]?.seq ?? 0);
    return { messages, pinned, bin, held, older: false, from };
  },

  apply(state, event) {
    switch (event.type) {
      case "chat.sent": {
        const message = messageOf(event);
        return message ? bounded({ ...state, messages: put(state.messages, message) }) : state;
      }
      case "chat.held": {
        const message = messageOf(event);
        return message ? { ...state, held: [...state.held, message] } : state;
      }
      case "chat.settled":
        return { ...state, held: without(state.held, event.data?.message) };
      case "chat.deleted": {
        const which = event.data?.message;
        return {
          ...state,
          messages: without(state.messages, which),
          pinned: state.pinned?.message === which ? null : state.pinned,
        };
      }
      case "chat.binned": {
        const message = messageOf(event);
        return message ? { ...state, bin: [...state.bin, message].slice(-200) } : state;
      }
      case "chat.unbinned":
        return { ...state, bin: without(state.bin, event.data?.message) };
      case "chat.restored": {
        const message = messageOf(event);
        // Older than what is shown: it comes with the history, if that is asked for.
        if (!message || message.seq < state.from) return state;
        return bounded({ ...state, messages: put(state.messages, message) });
      }
      case "chat.pinned": {
        const pinned = state.messages.find((one) => one.message === event.data?.message);
        return pinned ? { ...state, pinned } : state;
      }
      case "chat.unpinned":
        return { ...state, pinned: null };
      case "room.retired":
        return event.data ? since(state, event.data.before) : state;
      default:
        return state;
    }
  },

  alone: (mine, position) => mine.chat?.held.some((one) => one.seq === position.seq) ?? false,

  /** With older messages in front, from a page of history. */
  extend(state, events) {
    let { messages } = state;
    for (const event of events) {
      const message = event.type === "chat.sent" || event.type === "chat.restored" ? messageOf(event) : null;
      if (message) messages = put(messages, message);
    }
    const from = Math.min(state.from, events[0]?.seq ?? state.from);
    return kept({ ...state, messages, older: true, from }, CHAT_KEPT_OLDER);
  },

  /** Only the newest again, once nobody reads the older ones. */
  newest: (state) => (state.older ? { ...kept(state, CHAT_KEPT), older: false } : state),
};
