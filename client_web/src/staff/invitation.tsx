import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { listed, staffWords, why } from "../i18n/staff_words";
import { Choices } from "../parts/controls";
import { Drawing, Empty } from "../parts/bricks";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { failureOf } from "../room/failure";
import { lengthOf } from "../room/text";
import { type Invited, type Me, staffApi } from "./api";
import { Porch } from "./frame";
import { Loaded, useAsked } from "./loaded";
import { LoginField } from "./login_field";
import { canUsePasskeys, deviceName, makePasskey, PasskeyFailure } from "./passkey";
import { PASSWORD_LENGTH, Secret } from "./secret";

const NAME_LENGTH = 32;

type WayIn = "passkey" | "password";

/** What came with an invitation's link; taking it up makes the account. */
export function Invitation({
  invitation,
  onIn,
  onLeave,
}: {
  invitation: string;
  onIn: (me: Me) => void;
  onLeave: () => void;
}): JSX.Element {
  const t = staffWords.value;
  const invited = useAsked(() => staffApi.readInvitation(invitation), invitation);
  if (invited.failure !== null && !failureOf(invited.failure).retry) {
    return (
      <Porch>
        <Empty drawing="lost" title={t.invitation_bad} hint={t.invitation_bad_hint}>
          <button type="button" class="button" onClick={onLeave}>
            {t.sign_in}
          </button>
        </Empty>
      </Porch>
    );
  }
  return (
    <Porch>
      <Loaded of={invited}>{(value) => <Accept invited={value} invitation={invitation} onIn={onIn} />}</Loaded>
    </Porch>
  );
}

/** The server's own words begin with the field that they are about. */
function refusal(error: unknown): string {
  const t = staffWords.value;
  if (error instanceof PasskeyFailure) return why(error);
  const { code, message } = failureOf(error);
  if (code === "revoked" || code === "expired" || code === "unauthorized") return `${t.invitation_bad} · ${t.invitation_bad_hint}`;
  if (message.startsWith("password")) return t.password_refused;
  return message.startsWith("login") ? t.login_taken : why(error);
}

function Accept({ invited, invitation, onIn }: { invited: Invited; invitation: string; onIn: (me: Me) => void }): JSX.Element {
  const t = staffWords.value;
  const [name, setName] = useState(invited.name ?? "");
  const [login, setLogin] = useState(invited.login ?? "");
  const [password, setPassword] = useState("");
  const [way, setWay] = useState<WayIn>(canUsePasskeys() ? "passkey" : "password");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const ready = name.trim() && login.trim() && (way === "passkey" || lengthOf(password) >= PASSWORD_LENGTH);

  const join = async () => {
    if (busy || !ready) return;
    setBusy(true);
    setProblem("");
    const who = { login: login.trim(), name: name.trim() };
    try {
      if (way === "password") {
        onIn(await staffApi.accept(invitation, who.login, who.name, password));
        return;
      }
      const { challenge, options } = await staffApi.acceptOptions(invitation, who.login, who.name);
      const credential = await makePasskey(options);
      onIn(await staffApi.acceptByPasskey(invitation, { ...who, label: deviceName() }, challenge, credential));
    } catch (error) {
      setProblem(refusal(error));
      setBusy(false);
    }
  };

  return (
    <form
      class="panel-card"
      onSubmit={(event) => {
        event.preventDefault();
        void join();
      }}
    >
      <Drawing of="polls" scale={1.1} />
      <div class="title">
        <h1>{invited.login ? t.welcome_back : t.welcome}</h1>
        <p class="note">{t.welcome_lead(t.roles[invited.role], invited.role === "owner" ? "" : listed(invited.shops.map((shop) => shop.name)))}</p>
      </div>
      <label class="field">
        <span>{t.your_name}</span>
        <Line name="name" autocomplete="name" most={NAME_LENGTH} value={name} aria-describedby="about-name" onText={setName} />
        <span id="about-name" class="note">
          {t.your_name_hint}
        </span>
      </label>
      <LoginField value={login} fixed={Boolean(invited.login)} aria-describedby="about-login" onText={setLogin}>
        <span id="about-login" class="note">
          {t.login_hint}
        </span>
      </LoginField>
      {canUsePasskeys() && (
        <Choices
          label={t.way_in}
          value={way}
          of={[
            ["passkey", t.with_passkey],
            ["password", t.with_password],
          ]}
          onChoose={setWay}
        />
      )}
      {way === "passkey" ? (
        <p class="note">{t.passkey_about}</p>
      ) : (
        <Secret label={t.password_new} value={password} autocomplete="new-password" onText={setPassword} />
      )}
      <Problem text={problem} />
      <button type="submit" class="button main large wide" disabled={busy || !ready}>
        {busy ? t.signing_in : way === "passkey" ? t.passkey_make : t.join_shop}
      </button>
    </form>
  );
}
