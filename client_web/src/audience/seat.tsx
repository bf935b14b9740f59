import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { explain, language, words } from "../i18n/words";
import type { Room } from "../page";
import { Icon } from "../parts/icons";
import { Problem } from "../parts/problem";
import { api, type SeatCode } from "../room/api";
import { failureOf } from "../room/failure";

const day = (at: number): string => new Date(at).toLocaleDateString(language.value, { month: "long", day: "numeric" });

/** How to be the same person again on another phone: nothing need be kept in this one. */
export function Seat({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const [seat, setSeat] = useState<SeatCode | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const ask = async () => {
    setBusy(true);
    setProblem("");
    try {
      const { room: id, token, device = "" } = room.session.pass;
      setSeat(await api.seatCode(id, token, device));
    } catch (error) {
      setProblem(explain(failureOf(error).code));
    }
    setBusy(false);
  };
  return (
    <section class="seat" aria-label={t.seat_code}>
      <h2>{t.mine.seat}</h2>
      <p class="note">{t.seat_code_hint}</p>
      {seat ? (
        <p class="seat-code" aria-live="polite">
          <b class="figures">{seat.code}</b>
          <span class="note">{t.seat_until(day(seat.expires_at))}</span>
        </p>
      ) : (
        // Shown only when asked for: somebody may look over one's shoulder.
        <button type="button" class="button wide" disabled={busy} onClick={() => void ask()}>
          <Icon name="eye" size={20} />
          {busy ? t.loading : t.seat_show}
        </button>
      )}
      <Problem text={problem} />
    </section>
  );
}
