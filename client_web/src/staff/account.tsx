import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { listed, moment, staffWords } from "../i18n/staff_words";
import { confirmFirst } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Problem } from "../parts/problem";
import { toast } from "../parts/toast";
import { failureOf } from "../room/failure";
import { lengthOf } from "../room/text";
import { type Me, staffApi } from "./api";
import { Head } from "./frame";
import { Loaded, useAsked } from "./loaded";
import { canUsePasskeys, deviceName, makePasskey } from "./passkey";
import { PASSWORD_LENGTH, Secret } from "./secret";
import { failed, failedOrStale, me } from "./signed_in";

const again = async () => {
  me.value = await staffApi.me();
};

/** One's own account: where one is signed in, and how. */
export function Account({ who }: { who: Me }): JSX.Element {
  const t = staffWords.value;
  const leave = () => {
    staffApi.signOut().then(() => {
      me.value = null;
    }, failed);
  };
  return (
    <>
      <Head
        title={who.name}
        lead={[who.login, t.roles[who.role], who.role === "owner" ? t.all_shops : listed(who.shops.map((shop) => shop.name))].filter(Boolean).join(" · ")}
      >
        <button type="button" class="button" onClick={leave}>
          <Icon name="door" size={20} />
          {t.sign_out}
        </button>
      </Head>
      <div class="columns">
        <Sessions />
        <div class="stack wide-gap">
          <Passkeys who={who} />
          <Password who={who} />
        </div>
      </div>
    </>
  );
}

function Sessions(): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked(() => staffApi.sessions(), "sessions");
  const end = (id: string) => {
    staffApi.endSession(id).then(() => {
      toast(t.ended);
      asked.refresh();
    }, failed);
  };
  const others = () =>
    confirmFirst(t.end_others, t.end_others_sure, t.end_others, () => {
      staffApi.endOthers().then(() => {
        toast(t.ended);
        asked.refresh();
      }, failed);
    });
  return (
    <section class="card stack">
      <div>
        <h2>{t.sessions}</h2>
        <p class="note">{t.sessions_hint}</p>
      </div>
      <Loaded of={asked}>
        {(sessions) => (
          <>
            <ul class="lines">
              {sessions.map((session) => (
                <li key={session.id}>
                  <div class="grow">
                    <p>
                      <b>{deviceName(session.agent)}</b> {session.current && <span class="tag good">{t.this_device}</span>}
                    </p>
                    <p class="note figures">
                      {t.last_seen(moment(session.seen_at))} · {t.since(moment(session.created_at))}
                    </p>
                  </div>
                  {!session.current && (
                    <button
                      type="button"
                      class="button quiet"
                      aria-label={`${t.end_session} ${deviceName(session.agent)}`}
                      onClick={() => end(session.id)}
                    >
                      {t.end_session}
                    </button>
                  )}
                </li>
              ))}
            </ul>
            {sessions.length > 1 && (
              <button type="button" class="button risky" onClick={others}>
                {t.end_others}
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Passkeys({ who }: { who: Me }): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked(() => staffApi.passkeys(), `passkeys ${who.passkeys}`);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    setBusy(true);
    try {
      const { challenge, options } = await staffApi.newPasskeyOptions();
      await staffApi.addPasskey(challenge, await makePasskey(options), deviceName());
      toast(t.passkey_added);
      await again();
    } catch (error) {
      await failedOrStale(error);
    }
    setBusy(false);
  };
  const remove = (id: string, label: string) =>
    confirmFirst(t.passkey_remove, t.passkey_remove_sure(label), t.passkey_remove, () => {
      staffApi.removePasskey(id).then(again).catch((error: unknown) => {
        if (failureOf(error).code === "conflict") toast(t.last_way);
        else void failedOrStale(error);
      });
    });
  return (
    <section class="card stack">
      <div>
        <h2>{t.passkeys}</h2>
        <p class="note">{t.passkeys_hint}</p>
      </div>
      <Loaded of={asked}>
        {(passkeys) => (
          <ul class="lines">
            {passkeys.length === 0 && <li class="note">{t.passkeys_none}</li>}
            {passkeys.map((passkey) => (
              <li key={passkey.id}>
                <div class="grow">
                  <p>
                    <b>{passkey.label}</b>
                  </p>
                  <p class="note figures">{passkey.used_at ? t.last_seen(moment(passkey.used_at)) : t.passkey_never}</p>
                </div>
                <button
                  type="button"
                  class="button quiet"
                  aria-label={`${t.passkey_remove} ${passkey.label}`}
                  onClick={() => remove(passkey.id, passkey.label)}
                >
                  {t.passkey_remove}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {canUsePasskeys() ? (
        <button type="button" class="button" disabled={busy} onClick={() => void add()}>
          <Icon name="key" size={20} />
          {t.passkey_add}
        </button>
      ) : (
        <p class="note">{t.errors["no_passkeys"]}</p>
      )}
    </section>
  );
}

function Password({ who }: { who: Me }): JSX.Element {
  const t = staffWords.value;
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const ready = lengthOf(fresh) >= PASSWORD_LENGTH && (!who.password || current);
  const save = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setProblem("");
    try {
      await staffApi.setPassword(fresh, who.password ? current : undefined);
      setCurrent("");
      setFresh("");
      toast(t.password_saved);
      await again();
    } catch (error) {
      const { code } = failureOf(error);
      if (code === "invalid") setProblem(t.password_refused);
      else if (code === "forbidden") setProblem(t.password_wrong);
      else await failedOrStale(error);
    }
    setBusy(false);
  };
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{who.password ? t.password_change : t.password_set}</h2>
      {/* Managers of passwords look for whose it is. */}
      <input class="seen-by-readers" type="text" name="login" autocomplete="username" value={who.login} readOnly tabIndex={-1} aria-hidden="true" />
      {who.password && <Secret label={t.password_current} value={current} autocomplete="current-password" onText={setCurrent} />}
      <Secret label={t.password_new} value={fresh} autocomplete="new-password" onText={setFresh} />
      <Problem text={problem} />
      <button type="submit" class="button" disabled={!ready || busy}>
        {t.save}
      </button>
    </form>
  );
}
