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

/** The mark of the house: a block with four studs, seen from above and a little from the front. */
export function Logo({ size = 28 }: { size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path fill="var(--brick-deep)" d="M5 8.5h22l3 5V25a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V13.5z" />
      <path fill="var(--brick)" d="M5.5 3h21A3.5 3.5 0 0 1 30 6.5v13a3.5 3.5 0 0 1-3.5 3.5h-21A3.5 3.5 0 0 1 2 19.5v-13A3.5 3.5 0 0 1 5.5 3z" />
      {[9.5, 22.5].flatMap((x) =>
        [8.5, 17.5].map((y) => (
          <g key={`${x} ${y}`}>
            <circle cx={x} cy={y + 0.9} r={3.6} fill="var(--brick-deep)" />
            <circle cx={x} cy={y} r={3.4} fill="var(--brick)" stroke="#fff" stroke-opacity={0.5} stroke-width={1} />
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
