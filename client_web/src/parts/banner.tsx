import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { toast } from "./toast";

/** A break shorter than this is not worth a word. */
const NOTICEABLE = 1_200;
/** After so long it may well be this device. */
const WORRYING = 15_000;
const TOLD_FOR = 4_000;

/** What the way to the server is like, if it is worth telling. */
export function Banner({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { phase, awaySince, resumed, cut } = room.now.value;
  const [long, setLong] = useState<"" | "long" | "very long">("");

  useEffect(() => {
    setLong("");
    if (awaySince === null) return undefined;
    const after = (time: number, what: typeof long) => setTimeout(() => setLong(what), Math.max(0, awaySince + time - Date.now()));
    const timers = [after(NOTICEABLE, "long"), after(WORRYING, "very long")];
    return () => timers.forEach(clearTimeout);
  }, [awaySince]);

  useEffect(() => {
    // A loss stays until it has been seen; that all is well again needs only a moment.
    if (!resumed?.recovered) return undefined;
    const timer = setTimeout(() => room.client.dismiss(), TOLD_FOR);
    return () => clearTimeout(timer);
  }, [resumed]);

  useEffect(() => {
    if (cut) toast(cut.reason in t.cuts ? t.cuts[cut.reason as keyof typeof t.cuts] : t.cuts.other);
  }, [cut]);

  if (phase === "away" && long) {
    return (
      <div class="banner away" role="status">
        {long === "long" ? t.reconnecting : t.reconnecting_long}
        {long === "very long" && (
          <button type="button" onClick={() => room.client.reconnect()}>
            {t.reconnect_now}
          </button>
        )}
      </div>
    );
  }
  if (phase !== "live" || !resumed) return null;
  if (!resumed.recovered) {
    return (
      <div class="banner missed" role="status">
        {t.missed}
        <button type="button" onClick={() => room.client.dismiss()}>
          {t.ok}
        </button>
      </div>
    );
  }
  if (resumed.missed === 0) return null;
  return (
    <div class="banner back" role="status">
      {t.back_with(resumed.missed)}
    </div>
  );
}
