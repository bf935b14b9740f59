import { effect } from "@preact/signals";
import { type JSX, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { stageWords } from "../i18n/stage_words";
import { language } from "../i18n/console_words";
import type { Room } from "../page";
import type { WallPart } from "../views/view";
import sheet from "../wall/framed.css?url";
import { Wall } from "../wall/wall";

const WIDTH = 1920;

interface PreviewProps {
  room: Room;
  parts: readonly WallPart[];
}

/** The wall itself, drawn small: what it shows here it shows there. Only while it is in sight. */
export function Preview({ room, parts }: PreviewProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver((sizes) => setWidth(sizes[0]?.contentRect.width ?? 0));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return (
    <div class="preview" ref={box}>
      {width > 0 && <Framed room={room} parts={parts} scale={width / WIDTH} />}
    </div>
  );
}

/** A page of its own has the size of a wall and none of the console's styles. */
function Framed({ room, parts, scale }: PreviewProps & { scale: number }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const [dressed, setDressed] = useState(false);
  // Some browsers put another empty page in place of the first.
  const [page, setPage] = useState<Document | null>(null);
  const turn = () => setPage(frame.current?.contentDocument ?? null);
  useEffect(turn, []);
  useEffect(() => (page ? dress(page, () => setDressed(true)) : undefined), [page]);
  useEffect(() => {
    const root = page?.getElementById("page");
    // Undressed, nothing has its size, and what measures itself would do so in vain.
    if (!root || !dressed) return undefined;
    render(<Wall room={room} parts={parts} />, root);
    return () => render(null, root);
  }, [page, dressed, room, parts]);
  return (
    <iframe
      ref={frame}
      class={dressed ? "" : "undressed"}
      title={stageWords.value.preview}
      sandbox="allow-same-origin"
      tabIndex={-1}
      style={{ transform: `scale(${scale})` }}
      onLoad={turn}
    />
  );
}

/** The empty page as the wall's page is, in the console's language and light. */
function dress(page: Document, done: () => void): () => void {
  const look = page.createElement("link");
  look.rel = "stylesheet";
  look.href = sheet;
  look.addEventListener("load", done);
  page.head.append(look);
  page.body.className = "wall";
  const root = page.createElement("div");
  root.id = "page";
  page.body.append(root);
  const html = page.documentElement;
  const stop = effect(() => {
    html.lang = language.value;
  });
  const own = document.documentElement;
  const paint = () => (html.dataset["theme"] = own.dataset["theme"] ?? "light");
  const watch = new MutationObserver(paint);
  watch.observe(own, { attributes: true, attributeFilter: ["data-theme"] });
  paint();
  return () => {
    stop();
    watch.disconnect();
    look.remove();
    root.remove();
  };
}
