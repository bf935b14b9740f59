import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { folded, foldStream, picture } from "../audience/front";
import type { Room } from "../page";
import { IconButton } from "../parts/bricks";
import { Icon, Stroke } from "../parts/icons";
import type { Streamed } from "../room/messages";
import { openEngine } from "./engines";
import { type Phase, Player } from "./player";
import { playerWords } from "./words";
import "./screen.css";

const PATHS = {
  sound: "M5 9.500v5h3l4 3.500V6L8 9.500H5Zm10.500-.5a4 4 0 0 1 0 6m2.300-8.300a7.500 7.500 0 0 1 0 10.600",
  silent: "M5 9.500v5h3l4 3.500V6L8 9.500H5Zm10.500 0 5 5m0-5-5 5",
  captions: "M3 6h18v12H3zM10.500 10.500a2 2 0 1 0 0 3m6.500-3a2 2 0 1 0 0 3",
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

/** A picture less high, in pixels, has no room for words on it. */
const LOW = 180;

interface KeyProps {
  path: string;
  label: string;
  onClick: () => void;
  pressed?: boolean;
  class?: string;
}

/** A button with a drawing that only the player has. */
function Key({ path, label, onClick, pressed, class: more = "" }: KeyProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button quiet icon ${more}`}
      title={label}
      aria-label={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      onClick={onClick}
    >
      <Stroke path={path} size={20} />
    </button>
  );
}

interface ScreenProps {
  room: Room;
  shown: Readonly<Streamed>;
}

/** Somebody who saves data asks for the stream themselves. */
function saves(): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}

interface Playing {
  phase: Phase;
  player: Player | null;
}

/** A player for as long as the page shows one. */
function usePlayer(room: Room, video: HTMLVideoElement | null, address: string, wanted: boolean): Playing {
  const [phase, setPhase] = useState<Phase>("loading");
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!video || !wanted) return undefined;
    // Only silent films may start by themselves.
    video.muted = true;
    const made = new Player({
      screen: video,
      open: (failed) => openEngine(video, address, failed),
      now: () => room.client.clock.now(),
      onPhase: setPhase,
      onDelay: (delay) => room.client.tell("stream.report", { delay_ms: delay }),
    });
    const back = () => document.visibilityState === "visible" && made.catchUp();
    document.addEventListener("visibilitychange", back);
    setPhase("loading");
    setPlayer(made);
    made.start();
    return () => {
      document.removeEventListener("visibilitychange", back);
      made.close();
      setPlayer(null);
    };
  }, [room, video, address, wanted]);
  return { phase, player };
}

/** Captions that the stream brings, and whether they are shown. */
function useCaptions(video: HTMLVideoElement | null): { there: boolean; on: boolean; turn: () => void } {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!video) return undefined;
    const changed = () => draw((count) => count + 1);
    for (const type of ["addtrack", "removetrack", "change"]) video.textTracks.addEventListener(type, changed);
    return () => {
      for (const type of ["addtrack", "removetrack", "change"]) video.textTracks.removeEventListener(type, changed);
    };
  }, [video]);
  const tracks = Array.from(video?.textTracks ?? []).filter(({ kind }) => kind === "captions" || kind === "subtitles");
  const on = tracks.some((track) => track.mode === "showing");
  const turn = () => {
    for (const [place, track] of tracks.entries()) track.mode = !on && place === 0 ? "showing" : "disabled";
  };
  return { there: tracks.length > 0, on, turn };
}

/** How to fill the screen; an iPhone does it with the film alone. */
function wholeScreen(place: HTMLElement | null, video: (HTMLVideoElement & { webkitEnterFullscreen?: () => void }) | null): (() => void) | null {
  if (document.fullscreenEnabled) return () => void place?.requestFullscreen().catch(() => undefined);
  return video?.webkitEnterFullscreen ? () => video.webkitEnterFullscreen?.() : null;
}

/** The stream on top of the page; a bar while somebody writes or reads on a phone. */
export function Screen({ room, shown }: ScreenProps): JSX.Element {
  const t = playerWords.value;
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const place = useRef<HTMLElement>(null);
  const [wanted, setWanted] = useState(() => !saves());
  const [muted, setMuted] = useState(true);
  const { phase, player } = usePlayer(room, video, shown.address, wanted);
  const captions = useCaptions(video);
  const small = folded.value;
  const whole = wholeScreen(place.current, video);
  const title = shown.title ?? t.stream;
  const stopped = !wanted || phase === "stopped" || phase === "tap";

  const play = () => {
    if (!wanted) setWanted(true);
    else player?.go();
  };
  const turnSound = () => {
    if (!video) return;
    video.muted = !muted;
    if (stopped) play();
  };
  return (
    <section class={`stream ${small ? "folded" : ""} ${(picture.value ?? LOW) < LOW ? "low" : ""}`} aria-label={t.stream} ref={place}>
      <div class="picture">
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- captions come with the stream */}
        <video
          ref={setVideo}
          playsInline
          muted
          aria-label={title}
          onVolumeChange={(event) => setMuted(event.currentTarget.muted)}
        />
        <State phase={wanted ? phase : "tap"} saving={!wanted} onPlay={play} />
        {small && <button type="button" class="unfold" aria-label={t.unfold} onClick={() => foldStream(false)} />}
      </div>
      {muted && !stopped && phase !== "unplayable" && (
        <button type="button" class="button sound" aria-label={t.sound_on} onClick={turnSound}>
          <Stroke path={PATHS.silent} size={20} />
          {t.sound_on}
        </button>
      )}
      <div class="strip">
        <span class="title">
          <i class="dot" aria-hidden="true" />
          {title}
        </span>
        <IconButton icon={stopped ? "play" : "pause"} label={stopped ? t.play : t.stop} onClick={stopped ? play : () => player?.stop()} />
        {!muted && <Key path={PATHS.sound} label={t.sound_off} onClick={turnSound} />}
        {captions.there && (
          <Key path={PATHS.captions} label={captions.on ? t.captions_off : t.captions_on} pressed={captions.on} onClick={captions.turn} />
        )}
        {whole && <Key class="whole" path={PATHS.whole} label={t.whole} onClick={whole} />}
        <IconButton class="fold" icon={small ? "down" : "up"} label={small ? t.unfold : t.fold} onClick={() => foldStream(!small)} />
      </div>
    </section>
  );
}

/** One line over the picture while there is none. */
function State({ phase, saving, onPlay }: { phase: Phase; saving: boolean; onPlay: () => void }): JSX.Element | null {
  const t = playerWords.value;
  if (phase === "playing") return null;
  if (phase === "stopped" || phase === "tap") {
    return (
      <button type="button" class="begin" onClick={onPlay}>
        <Icon name="play" size={40} />
        <b>{saving ? t.play_saver : t.play}</b>
        {saving && <span>{t.play_saver_hint}</span>}
      </button>
    );
  }
  return (
    <p class="state" role="status">
      {phase === "unplayable" ? t.unplayable : phase === "stuck" ? t.stuck : t.loading}
    </p>
  );
}
