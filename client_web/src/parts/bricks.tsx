import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons";

interface BrickProps {
  x: number;
  y: number;
  studs: number;
  color: string;
}

/** One block seen from the side: 20 units a stud, 22 high, studs on top. */
function Brick({ x, y, studs, color }: BrickProps): JSX.Element {
  const width = studs * 20;
  return (
    <g transform={`translate(${x} ${y})`}>
      {Array.from({ length: studs }, (_, stud) => (
        <rect key={stud} x={stud * 20 + 4} y={-5} width={12} height={7} rx={2} fill={color} />
      ))}
      <rect width={width} height={22} rx={3} fill={color} />
      <rect width={width} height={4} rx={2} fill="#fff" opacity={0.22} />
      <rect y={18} width={width} height={4} rx={2} fill="#000" opacity={0.12} />
    </g>
  );
}

/** The mark of the house: a block with four studs, seen from above. */
export function Logo({ size = 32 }: { size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect x={2} y={5} width={28} height={25} rx={5} fill="#8f2411" />
      <rect x={2} y={2} width={28} height={25} rx={5} fill="#c8371f" />
      {[9.5, 22.5].flatMap((x) =>
        [8.5, 20].map((y) => (
          <g key={`${x} ${y}`}>
            <circle cx={x} cy={y + 1.4} r={4.2} fill="#8f2411" />
            <circle cx={x} cy={y} r={4.2} fill="#e35a41" />
          </g>
        )),
      )}
    </svg>
  );
}

const DRAWINGS = {
  chat: [
    { x: 20, y: 58, studs: 5, color: "var(--block-1)" },
    { x: 40, y: 36, studs: 3, color: "var(--block-3)" },
    { x: 80, y: 14, studs: 1, color: "var(--block-2)" },
  ],
  polls: [
    { x: 6, y: 58, studs: 2, color: "var(--block-1)" },
    { x: 52, y: 58, studs: 2, color: "var(--block-2)" },
    { x: 52, y: 36, studs: 2, color: "var(--block-2)" },
    { x: 52, y: 14, studs: 2, color: "var(--block-2)" },
    { x: 98, y: 58, studs: 2, color: "var(--block-3)" },
    { x: 98, y: 36, studs: 2, color: "var(--block-3)" },
  ],
  questions: [
    { x: 62, y: 58, studs: 1, color: "var(--block-3)" },
    { x: 42, y: 36, studs: 3, color: "var(--block-2)" },
    { x: 82, y: 14, studs: 1, color: "var(--block-1)" },
    { x: 22, y: 58, studs: 1, color: "var(--line)" },
    { x: 102, y: 58, studs: 1, color: "var(--line)" },
  ],
  door: [
    { x: 22, y: 58, studs: 1, color: "var(--block-2)" },
    { x: 22, y: 36, studs: 1, color: "var(--block-2)" },
    { x: 102, y: 58, studs: 1, color: "var(--block-4)" },
    { x: 102, y: 36, studs: 1, color: "var(--block-4)" },
    { x: 22, y: 14, studs: 5, color: "var(--block-3)" },
  ],
  photos: [
    { x: 22, y: 58, studs: 5, color: "var(--block-4)" },
    { x: 22, y: 36, studs: 1, color: "var(--block-2)" },
    { x: 102, y: 36, studs: 1, color: "var(--block-2)" },
    { x: 62, y: 36, studs: 1, color: "var(--block-3)" },
    { x: 22, y: 14, studs: 5, color: "var(--block-2)" },
  ],
  lost: [
    { x: 4, y: 58, studs: 3, color: "var(--block-1)" },
    { x: 84, y: 58, studs: 2, color: "var(--line)" },
    { x: 14, y: 36, studs: 2, color: "var(--block-3)" },
  ],
} satisfies Record<string, BrickProps[]>;

export function Drawing({ of, scale = 1 }: { of: keyof typeof DRAWINGS; scale?: number }): JSX.Element {
  return (
    <svg width={140 * scale} height={84 * scale} viewBox="0 0 144 84" aria-hidden="true">
      <rect y={80} width={144} height={4} rx={2} fill="var(--line)" />
      {DRAWINGS[of].map((brick) => (
        <Brick key={`${brick.x} ${brick.y}`} {...brick} />
      ))}
    </svg>
  );
}

interface EmptyProps {
  drawing: keyof typeof DRAWINGS;
  title: string;
  hint?: string;
  children?: ComponentChildren;
}

/** Nothing here: one drawing, one line, at most one action. */
export function Empty({ drawing, title, hint, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <Drawing of={drawing} />
      <p>
        <b>{title}</b>
        {hint}
      </p>
      {children}
    </div>
  );
}

/** Four studs that light up in turn. */
export function Waiting({ label }: { label: string }): JSX.Element {
  return (
    <div class="empty" role="status">
      <span class="waiting" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      {label}
    </div>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  class?: string;
  pressed?: boolean;
  disabled?: boolean;
}

export function IconButton({ icon, label, onClick, pressed, disabled, ...rest }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button quiet icon ${rest.class ?? ""}`}
      title={label}
      aria-label={label}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      disabled={disabled ?? false}
      onClick={onClick}
    >
      <Icon name={icon} size={20} />
    </button>
  );
}
