import { at } from "./api";
import { Failure, failureOf } from "./failure";
import { call } from "./http";
import { freshId } from "./ids";

/** The piece of a file that is sent first; later ones are as large as the way allows. */
const FIRST_PIECE = 128 * 1024;
const LEAST_PIECE = 32 * 1024;
/** A piece that takes less grows, one that takes more shrinks, in ms. */
const QUICK = 1_000;
const SLOW = 4_000;
/** The server gives a piece ten seconds; what came until then is kept. */
const PIECE_WITHIN = 15_000;
/** Decoding may have to wait its turn. */
const ADD_WITHIN = 60_000;
const PAUSE_MOST = 10_000;

export interface Added {
  photo: string;
  width: number;
  height: number;
  color: string;
  shown: boolean;
}

interface Begun {
  upload: string;
  offset: number;
  piece: number;
}

interface Upload {
  room: string;
  /** Asked for each time: it may be renewed on the way. */
  token: () => string;
  caption?: string;
  /** From 0 to 1; 1 is sent and not yet looked at. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
  /** Wait so long, or less if the way is back before. */
  pause?: (ms: number) => Promise<void>;
}

/** Until the time is over or the browser says that it is online again. */
const untilBack = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });

/** The same again and again while it is the way that fails, with longer and longer pauses. */
async function persist<T>(step: () => Promise<T>, { signal, pause = untilBack }: Upload): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      const failure = failureOf(error);
      if (!failure.retry || signal?.aborted) throw failure;
      await pause(failure.retryAfter ?? Math.min(500 * 2 ** tries, PAUSE_MOST));
    }
  }
}

async function ask(method: "HEAD" | "PATCH", path: string, token: string, offset?: number, body?: Blob): Promise<number> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PIECE_WITHIN);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(offset === undefined ? {} : { "upload-offset": String(offset), "content-type": "application/offset+octet-stream" }),
      },
      ...(body ? { body } : {}),
      cache: "no-store",
      signal: limit.signal,
    });
    if (!response.ok) {
      const answer = (await response.json().catch(() => null)) as { error?: unknown } | null;
      throw answer?.error ? failureOf(answer.error) : new Failure(response.status === 404 ? "not_found" : "unavailable", "", response.status >= 408);
    }
  } catch (error) {
    throw error instanceof Failure ? error : new Failure("network", "", true);
  } finally {
    clearTimeout(timer);
  }
  const stands = response.headers.get("upload-offset");
  if (stands === null) throw new Failure("unavailable", "", true);
  return Number(stands);
}

/** Send a photo, however often the way breaks: it goes on where it stood. A `Failure` says why it is not taken. */
export async function sendPhoto(file: Blob, upload: Upload): Promise<Added> {
  const { room, token, caption, onProgress } = upload;
  const begun = await persist(
    () => call<Begun>("POST", `${at(room)}/uploads`, { body: { size: file.size }, token: token() }),
    upload,
  );
  const path = `${at(room)}/uploads/${begun.upload}`;
  let offset = begun.offset;
  let size = FIRST_PIECE;
  let lost = false;
  while (offset < file.size) {
    offset = await persist(async () => {
      if (lost) {
        // What came before the break is there, however much that is.
        const stands = await ask("HEAD", path, token());
        lost = false;
        if (stands !== offset) return stands;
      }
      const began = performance.now();
      lost = true;
      try {
        const stands = await ask("PATCH", path, token(), offset, file.slice(offset, offset + size));
        lost = false;
        const took = performance.now() - began;
        if (took < QUICK) size = Math.min(size * 2, begun.piece);
        else if (took > SLOW) size = Math.max(size / 2, LEAST_PIECE);
        return stands;
      } catch (error) {
        const failure = failureOf(error);
        size = Math.max(size / 2, LEAST_PIECE);
        // It stands elsewhere than we thought: the answer to a piece was lost.
        throw failure.code === "conflict" ? new Failure("conflict", "", true) : failure;
      }
    }, upload);
    onProgress?.(offset / file.size);
  }
  const id = freshId();
  return persist(
    () =>
      call<Added>("POST", `${at(room)}/photos`, {
        body: { id, upload: begun.upload, ...(caption ? { caption } : {}) },
        token: token(),
        within: ADD_WITHIN,
      }),
    upload,
  );
}
