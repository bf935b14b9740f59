import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { why } from "../i18n/staff_words";
import { words } from "../i18n/words";
import { Empty, Waiting } from "../parts/bricks";
import { me, signedOut } from "./signed_in";

interface Asked<Value> {
  value: Value | null;
  failure: unknown;
  refresh: () => void;
  set: (value: Value) => void;
}

/** Something of the server: asked for once for each `key`, and again on `refresh`. */
export function useAsked<Value>(ask: () => Promise<Value>, key: string): Asked<Value> {
  const [state, set] = useState<{ key: string; value: Value | null; failure: unknown }>({ key, value: null, failure: null });
  const [turn, again] = useState(0);
  useEffect(() => {
    let wanted = true;
    ask().then(
      (value) => wanted && set({ key, value, failure: null }),
      (failure: unknown) => {
        if (!wanted) return;
        if (signedOut(failure)) me.value = null;
        set((before) => ({ key, value: before.key === key ? before.value : null, failure }));
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, turn]);
  const known = state.key === key;
  return {
    value: known ? state.value : null,
    failure: known ? state.failure : null,
    refresh: () => again((count) => count + 1),
    // What comes late, when something else is asked for by now, is dropped.
    set: (value) => set((before) => (before.key === key ? { key, value, failure: null } : before)),
  };
}

/** What was asked for; while it is on its way or did not come, that. */
export function Loaded<Value>({
  of,
  children,
}: {
  of: Asked<Value>;
  children: (value: Value) => ComponentChildren;
}): JSX.Element {
  const t = words.value;
  if (of.value !== null) return <>{children(of.value)}</>;
  if (of.failure === null) return <Waiting label={t.loading} />;
  return (
    <Empty drawing="lost" title={why(of.failure)}>
      <button type="button" class="button" onClick={of.refresh}>
        {t.try_again}
      </button>
    </Empty>
  );
}
