import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords, why } from "../i18n/staff_words";
import { CodeField, isFull } from "../parts/code_field";
import { Dialog } from "../parts/dialog";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { Step } from "../parts/step";
import { toast } from "../parts/toast";
import { api } from "../room/api";
import { failureOf } from "../room/failure";

const CODE = 6;

/** Connect the screen that shows this code to a room. */
export function PairDialog({ room, token, onClose }: { room: string; token?: string; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  const [code, setCode] = useState("");
  const [label, setLabel] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const address = `${location.host}/wall`;
  const full = isFull(code, CODE);

  const pair = async () => {
    if (!full || busy) return;
    setBusy(true);
    setProblem("");
    try {
      await api.pair(room, code, label.trim() || undefined, token);
      toast(t.paired);
      onClose();
    } catch (error) {
      setProblem(failureOf(error).code === "not_found" ? t.pair_wrong : why(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={t.pair} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void pair();
        }}
      >
        <ol class="steps">
          {t.pair_steps(address).map((step) => (
            <li key={step}>
              <Step text={step} address={address} />
            </li>
          ))}
        </ol>
        <label class="field">
          <span>{t.pair_code}</span>
          <CodeField name="code" class="code" length={CODE} placeholder="ABC-DEF" value={code} wrong={problem !== ""} onCode={setCode} />
        </label>
        <label class="field">
          <span>{t.pair_label}</span>
          <Line value={label} most={32} placeholder={t.pair_label_hint} autocomplete="off" onText={setLabel} />
        </label>
        <Problem text={problem} />
        <button type="submit" class="button main wide" disabled={busy || !full}>
          {busy ? t.pair_going : t.pair_go}
        </button>
      </form>
    </Dialog>
  );
}
