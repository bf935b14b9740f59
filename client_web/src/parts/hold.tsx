import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "./hold.css";

/** How long a risky button is held down. */
const HELD_FOR = 1_000;

interface HoldProps {
  label: string;
  hint: string;
  title?: string;
  onHeld: () => void;
  /** For whoever cannot hold: a short tap, or a reader's click. */
  onTap: () => void;
}

/** A button that has to be held down, by finger or by key; what is left to hold fills it. */
export function Hold({ label, hint, title, onHeld, onTap }: HoldProps): JSX.Element {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const held = useRef(false);
  /** Pressed here: a key that is let go here may have been pressed in a dialog that is gone. */
  const pressed = useRef(false);
  const begin = () => {
    held.current = false;
    pressed.current = true;
    setHolding(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      held.current = true;
      setHolding(false);
      onHeld();
    }, HELD_FOR);
  };
  const end = () => {
    clearTimeout(timer.current);
    pressed.current = false;
    setHolding(false);
  };
  useEffect(() => end, []);
  return (
    <button
      type="button"
      title={title}
      class={`button risky wide hold ${holding ? "holding" : ""}`}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if ((event.key === " " || event.key === "Enter") && !event.repeat) begin();
        // Or else holding Enter clicks again and again.
        if (event.key === "Enter") event.preventDefault();
      }}
      onKeyUp={(event) => {
        if (event.key !== "Enter") return end();
        const short = pressed.current && !held.current;
        end();
        if (short) onTap();
      }}
      onClick={() => {
        if (!held.current) onTap();
        held.current = false;
      }}
    >
      <span>{label}</span>
      <small>{hint}</small>
    </button>
  );
}
