import workerUrl from "hls.js/dist/hls.worker.js?url";
import { type Engine, Unplayable } from "./player";

const HLS = "application/vnd.apple.mpegurl";
/** What Safari keeps before the newest, in seconds. */
const NATIVE_EDGE = 4;

/** Safari's own player is kinder to the battery, and old iPhones have no other; elsewhere hls.js follows closer. */
function playsItself(video: HTMLVideoElement): boolean {
  if (!video.canPlayType(HLS)) return false;
  return !("MediaSource" in window) || navigator.vendor.startsWith("Apple");
}

export function openEngine(video: HTMLVideoElement, address: string, failed: () => void): Promise<Engine> {
  return playsItself(video) ? Promise.resolve(native(video, address, failed)) : withHls(video, address, failed);
}

function native(video: HTMLVideoElement & { getStartDate?: () => Date }, address: string, failed: () => void): Engine {
  video.addEventListener("error", failed);
  video.src = address;
  const edge = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : null);
  const toEdge = () => {
    const end = edge();
    if (end !== null) video.currentTime = Math.max(0, end - NATIVE_EDGE);
  };
  return {
    recordedAt: () => {
      const start = video.getStartDate?.().getTime() ?? Number.NaN;
      return Number.isNaN(start) ? null : start + video.currentTime * 1000;
    },
    fromEdge: () => {
      const end = edge();
      return end === null ? null : (end - video.currentTime) * 1000;
    },
    toEdge,
    rest: () => undefined,
    wake: toEdge,
    close: () => {
      video.removeEventListener("error", failed);
      video.removeAttribute("src");
      video.load();
    },
  };
}

async function withHls(video: HTMLVideoElement, address: string, failed: () => void): Promise<Engine> {
  const { default: Hls } = await import("hls.js");
  if (!Hls.isSupported()) throw new Unplayable();
  const hls = new Hls({
    // In a worker of our own: the pages' policy allows none made from text.
    workerPath: workerUrl,
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1.06,
    liveSyncDurationCount: 3,
    liveMaxLatencyDurationCount: 12,
    backBufferLength: 10,
    maxBufferLength: 20,
    capLevelToPlayerSize: true,
    startLevel: -1,
  });
  hls.on(Hls.Events.ERROR, (_event, { fatal }) => {
    if (fatal) failed();
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    recordedAt: () => hls.playingDate?.getTime() ?? null,
    // Nought until the playlist is there.
    fromEdge: () => (hls.latency > 0 ? hls.latency * 1000 : null),
    toEdge: () => {
      if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
    },
    rest: () => hls.stopLoad(),
    wake: () => hls.startLoad(-1),
    close: () => hls.destroy(),
  };
}
