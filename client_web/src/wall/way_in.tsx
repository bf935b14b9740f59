import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The address, to be typed by those who cannot scan: host and path, each whole in its line, as large as both allow. */
export function WayIn({ url }: { url: string }): JSX.Element {
  const [host = "", ...path] = url.replace(/^https?:\/\//, "").split("/");
  const box = useRef<HTMLParagraphElement>(null);
  const [fit, setFit] = useState(1);
  useLayoutEffect(() => {
    const measure = () => {
      const lines = box.current ? Array.from(box.current.children) : [];
      const widest = Math.max(...lines.map((line) => line.getBoundingClientRect().width));
      const room = box.current?.clientWidth ?? 0;
      // Fonts differ by far in how wide a figure is, so it is measured. What rounding takes must not push a figure out.
      if (widest > 0 && room > 0) setFit((now) => Math.min(1, (now * room * 0.99) / widest));
    };
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [url]);
  return (
    <p class="short" ref={box} style={{ "--fit": String(fit) }}>
      {[host, `/${path.join("/")}`].map((line) => (
        <span key={line}>{line}</span>
      ))}
    </p>
  );
}
