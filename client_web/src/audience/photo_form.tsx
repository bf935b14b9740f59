import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { beside } from "../i18n/beside";
import { explain, words } from "../i18n/words";
import type { Room } from "../page";
import { Dialog } from "../parts/dialog";
import { Choices } from "../parts/controls";
import { toast } from "../parts/toast";
import { type Cut, cutOut, kept, moved, WHOLE, ZOOM_MOST } from "../photos/crop";
import { failureOf } from "../room/failure";
import { wellFormed } from "../room/text";
import { sendPhoto } from "../room/upload";

const FILE_MOST = 20 * 1024 * 1024;
const CAPTION = 100;
/** What one press of an arrow moves, as a part of the photo. */
const STEP = 0.04;
const SHAPES = { whole: null, wide: 4 / 3, square: 1 } as const;

interface FormProps {
  room: Room;
  file: File;
  onClose: () => void;
}

/** One photo before it is sent, and while it is. */
export function PhotoForm({ room, file, onClose }: FormProps): JSX.Element {
  const t = words.value;
  const [cut, setCut] = useState<Cut>(WHOLE);
  const [share, setShare] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(file.size > FILE_MOST ? t.photo_faults.too_large : null);
  const [caption, setCaption] = useState("");
  const image = useRef<HTMLImageElement | null>(null);
  const stop = useRef<AbortController | null>(null);
  const sending = share !== null;
  const away = room.now.value.phase !== "live";
  useEffect(() => () => stop.current?.abort(), []);

  const send = async () => {
    const going = new AbortController();
    stop.current = going;
    setFault(null);
    setShare(0);
    try {
      const data = image.current ? await cutOut(image.current, file, cut) : file;
      const said = wellFormed(caption).split(/\s+/).join(" ").trim();
      const added = await sendPhoto(data, {
        room: room.session.pass.room,
        token: () => room.session.pass.token,
        ...(said ? { caption: said } : {}),
        onProgress: setShare,
        signal: going.signal,
      });
      toast(added.shown ? t.photo_sent : t.photo_sent_waits);
      onClose();
    } catch (error) {
      if (going.signal.aborted) return;
      const { code } = failureOf(error);
      setFault(code in t.photo_faults ? t.photo_faults[code as keyof typeof t.photo_faults] : explain(code));
      setShare(null);
    }
  };

  return (
    <Dialog title={t.photo_form} onClose={onClose}>
      <Stage file={file} cut={cut} onCut={setCut} onImage={(found) => (image.current = found)} fixed={sending} />
      <label class="field">
        <span>{t.photo_caption}</span>
        <input
          class="input"
          maxLength={CAPTION}
          value={caption}
          disabled={sending}
          onInput={(event) => setCaption(event.currentTarget.value)}
        />
      </label>
      <p class="note">{beside(t.photo_children, t.photo_where)}</p>
      {sending && (
        <div class="photo-progress">
          <progress max={1} value={share} aria-label={t.photo_form} />
          <p class="note figures" role="status">
            {away ? t.photo_broken : share >= 1 ? t.photo_looking : t.photo_sending(`${Math.floor(share * 100)}%`)}
          </p>
        </div>
      )}
      {fault && (
        <p class="note bad" role="alert">
          {fault}
        </p>
      )}
      <div class="row end">
        <button type="button" class="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="button" class="button main" disabled={sending || file.size > FILE_MOST} onClick={() => void send()}>
          {t.photo_send}
        </button>
      </div>
    </Dialog>
  );
}

interface StageProps {
  file: File;
  cut: Cut;
  onCut: (cut: Cut) => void;
  onImage: (image: HTMLImageElement | null) => void;
  fixed: boolean;
}

/** The photo, and what of it is kept. */
function Stage({ file, cut, onCut, onImage, fixed }: StageProps): JSX.Element {
  const t = words.value;
  const [url, setUrl] = useState<string | null>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [blind, setBlind] = useState(false);
  const from = useRef<{ x: number; y: number; cut: Cut; scale: number } | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (blind) return <p class="photo-blind">{t.photo_no_preview}</p>;
  const box = size && kept(size.width, size.height, cut);
  const shape = Object.entries(SHAPES).find(([, one]) => one === cut.shape)?.[0] ?? "whole";
  const move = (right: number, down: number) =>
    size && !fixed && onCut(moved(size.width, size.height, cut, right * size.width, down * size.height));
  const arrows: Record<string, [number, number]> = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP],
  };
  return (
    <>
      <div class="photo-stage" style={box ? { "--ratio": String(box.width / box.height) } : {}}>
        {url && (
          <img
            src={url}
            alt=""
            draggable={false}
            style={
              box && size
                ? {
                    width: `${(size.width / box.width) * 100}%`,
                    left: `${(-box.left / box.width) * 100}%`,
                    top: `${(-box.top / box.height) * 100}%`,
                  }
                : {}
            }
            onLoad={(event) => {
              const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
              setSize({ width, height });
              onImage(event.currentTarget);
            }}
            onError={() => {
              setBlind(true);
              onImage(null);
            }}
          />
        )}
        {cut.shape !== null && (
          <button
            type="button"
            class="grip"
            aria-label={t.photo_move}
            onKeyDown={(event) => {
              const way = arrows[event.key];
              if (!way) return;
              event.preventDefault();
              move(...way);
            }}
            onPointerDown={(event) => {
              if (!box) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              from.current = { x: event.clientX, y: event.clientY, cut, scale: box.width / event.currentTarget.clientWidth };
            }}
            onPointerMove={(event) => {
              const start = from.current;
              if (!start || !size || fixed) return;
              const right = (start.x - event.clientX) * start.scale;
              const down = (start.y - event.clientY) * start.scale;
              onCut(moved(size.width, size.height, start.cut, right, down));
            }}
            onPointerUp={() => (from.current = null)}
            onPointerCancel={() => (from.current = null)}
          />
        )}
      </div>
      {!fixed && (
        <Choices
          label={t.photo_shape}
          value={shape}
          of={Object.keys(SHAPES).map((one) => [one, t.photo_shapes[one as keyof typeof SHAPES]] as const)}
          onChoose={(one) => onCut({ ...WHOLE, shape: SHAPES[one as keyof typeof SHAPES] })}
        />
      )}
      {cut.shape !== null && !fixed && (
        <label class="field">
          <span>{t.photo_zoom}</span>
          <input
            type="range"
            min={1}
            max={ZOOM_MOST}
            step={0.05}
            value={cut.zoom}
            onInput={(event) => onCut({ ...cut, zoom: Number(event.currentTarget.value) })}
          />
        </label>
      )}
    </>
  );
}
