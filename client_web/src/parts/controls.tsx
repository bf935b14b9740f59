import type { JSX } from "preact";

interface ChoicesProps<Value> {
  label: string;
  value: Value;
  of: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
  /** The label is only read out. */
  bare?: boolean;
}

/** One of a few, side by side. */
export function Choices<Value extends string | number>(props: ChoicesProps<Value>): JSX.Element {
  const { label, value, of, onChoose, bare = false } = props;
  return (
    <div class="field">
      {!bare && <span>{label}</span>}
      <div class="choices" role="group" aria-label={label}>
        {of.map(([one, name]) => (
          <button key={one} type="button" aria-pressed={one === value} onClick={() => onChoose(one)}>
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  onSwitch: (on: boolean) => void;
  title?: string;
}

export function Switch({ label, on, onSwitch, title }: SwitchProps): JSX.Element {
  return (
    <button type="button" class="switch" role="switch" aria-checked={on} title={title} onClick={() => onSwitch(!on)}>
      {label}
      <i aria-hidden="true" />
    </button>
  );
}
