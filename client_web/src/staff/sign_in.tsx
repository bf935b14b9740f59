import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords, why } from "../i18n/staff_words";
import { Drawing } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Problem } from "../parts/problem";
import { failureOf } from "../room/failure";
import { type Me, staffApi } from "./api";
import { Porch } from "./frame";
import { LoginField } from "./login_field";
import { canUsePasskeys, PasskeyFailure, showPasskey } from "./passkey";
import { Secret } from "./secret";

/** By passkey if the device has one, else by name and password; `onBack` for those who are asked to do it once more. */
export function SignIn({ onIn, onBack }: { onIn: (me: Me) => void; onBack?: () => void }): JSX.Element {
  const t = staffWords.value;
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const attempt = async (enter: () => Promise<Me>, refused: string) => {
    if (busy) return;
    setBusy(true);
    setProblem("");
    try {
      onIn(await enter());
    } catch (error) {
      const wrong = !(error instanceof PasskeyFailure) && failureOf(error).code === "unauthorized";
      setProblem(wrong ? refused : why(error));
      setBusy(false);
    }
  };
  const byPasskey = () =>
    attempt(async () => {
      const { challenge, options } = await staffApi.passkeyOptions();
      return staffApi.signInByPasskey(challenge, await showPasskey(options));
    }, t.passkey_unknown);

  return (
    <Porch>
      <div class="panel-card">
        <Drawing of="door" scale={1.1} />
        <div class="title">
          <h1>{t.sign_in}</h1>
          <p class="note">{onBack ? t.sign_in_once_more : t.sign_in_lead}</p>
        </div>
        {canUsePasskeys() && (
          <>
            <button type="button" class="button main large wide" disabled={busy} onClick={() => void byPasskey()}>
              <Icon name="key" />
              {t.sign_in_passkey}
            </button>
            <p class="note centred">{t.sign_in_passkey_hint}</p>
            <p class="or">
              <span>{t.or}</span>
            </p>
          </>
        )}
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void attempt(() => staffApi.signIn(login.trim(), password), t.wrong_login);
          }}
        >
          <LoginField value={login} onText={setLogin} />
          <Secret label={t.password} value={password} autocomplete="current-password" onText={setPassword} />
          <Problem text={problem} />
          <button type="submit" class={`button large wide ${canUsePasskeys() ? "" : "main"}`} disabled={busy || !login.trim() || !password}>
            {busy ? t.signing_in : t.sign_in_go}
          </button>
        </form>
      </div>
      {onBack ? (
        <button type="button" class="button quiet" onClick={onBack}>
          {t.back}
        </button>
      ) : (
        <p class="note centred aside">
          {t.no_account}
          <br />
          {t.for_audience} <a href="/">{t.to_room}</a>
        </p>
      )}
    </Porch>
  );
}
