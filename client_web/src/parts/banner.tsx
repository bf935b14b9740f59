import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { toast } from "./toast";

/** A break shorter than this is not worth a word. */
const NOTICEABLE = 1_200;
const TOLD_FOR = 4_000;

/** What the way to the server is like, if it is worth telling. */
export function Banner({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { phase, awaySince, resumed, cut } = room.now.value;
  const [long, setLong] = useState(false);

  useEffect(() => {
    setLong(false);
    if (awaySince === null) return undefined;
    const timer = setTimeout(() => setLong(true), Math.max(0, awaySince + NOTICEABLE - Date.now()));
    return () => clearTimeout(timer);
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
        {t.reconnecting}
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
