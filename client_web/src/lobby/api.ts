import { at } from "../room/api";
import { call } from "../room/http";

export interface LobbyRoom {
  id: string;
  title: string;
  status: "open" | "closed";
  shop: string | null;
  created_at: number;
  active_at: number;
  people: number;
}

export interface Template {
  id: string;
  title: string;
  /** What is in it, if the server says so. */
  polls?: readonly (string | { question: string })[] | number;
  cues?: readonly { text: string }[];
  /** The shop's own; null or left out for those that come with the house. */
  shop?: string | null;
}

export interface PollResult {
  id: string;
  question: string;
  kind: "single" | "multi" | "rating";
  status: "open" | "closed";
  options: { id: string | number; text: string; votes: number; author?: string | null; caption?: string | null }[];
  voters: number;
  opened_at: number | null;
  closed_at: number | null;
}

export interface RoomResults {
  room: string;
  polls: PollResult[];
  /** Votes that wait to be opened. */
  drafts: Pick<PollResult, "id" | "question" | "kind">[];
  questions: { id: string; status: "open" | "answered" | "waiting" | "hidden" }[];
  messages: number;
  people: number;
}

interface Made {
  id: string;
}

export const lobbyApi = {
  rooms: ({ shop, before, limit = 30 }: { shop?: string; before?: number; limit?: number } = {}) => {
    const query = new URLSearchParams({ limit: String(limit) });
    if (shop) query.set("shop", shop);
    if (before !== undefined) query.set("before", String(before));
    return call<{ rooms: LobbyRoom[]; more: boolean }>("GET", `/rooms?${query.toString()}`);
  },
  create: (room: { title: string; shop: string; template?: string }) => call<Made>("POST", "/rooms", { body: room }),
  duplicate: (room: string, title: string, shop?: string) =>
    call<Made>("POST", `${at(room)}/duplicate`, { body: { title, ...(shop ? { shop } : {}) } }),
  templates: async (language: string) =>
    (await call<{ templates: Template[] }>("GET", `/templates?lang=${language === "en" ? "en" : "zh"}`)).templates,
  saveTemplate: (room: string, title: string, shop: string) => call<unknown>("POST", "/templates", { body: { room, title, shop } }),
  dropTemplate: (id: string) => call<null>("DELETE", `/templates/${encodeURIComponent(id)}`),
  results: (room: string) => call<RoomResults>("GET", `${at(room)}/results`),
};

/** Files that the browser fetches by itself: the staff session's cookie goes with it. */
export const downloads = (room: string) =>
  ({
    results: `/api/v1${at(room)}/results.csv`,
    questions: `/api/v1${at(room)}/questions.csv`,
    csv: `/api/v1${at(room)}/export.csv`,
    json: `/api/v1${at(room)}/export.json`,
  }) as const;
