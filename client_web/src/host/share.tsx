import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { words } from "../i18n/words";
import { PairDialog } from "../lobby/pair";
import { Address } from "../parts/address";
import { confirmFirst } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Qr } from "../parts/qr";
import { timeOfDay } from "../parts/time";
import { toast, toastFailure } from "../parts/toast";
import { api, type RoomLink } from "../room/api";
import { audienceAddress } from "../room/session";

interface ShareProps {
  /** The room's. */
  id: string;
  /** Left out by staff who are signed in. */
  token?: string;
  mayInvite: boolean;
}

/** Ways into the room: the audience's for all to see, and keys for walls and co-hosts. */
export function Share({ id, token, mayInvite }: ShareProps): JSX.Element {
  const t = words.value;
  const [url, setUrl] = useState(() => audienceAddress(id));
  const [made, setMade] = useState<Partial<Record<"host" | "wall", string>>>({});
  const [links, setLinks] = useState<readonly RoomLink[]>([]);
  const [pairing, setPairing] = useState(false);

  const [busy, setBusy] = useState(false);
  const asked = useRef(0);

  const refresh = () => {
    if (!mayInvite) return;
    const turn = ++asked.current;
    // An earlier answer may come later.
    api.links(id, token).then((found) => turn === asked.current && setLinks(found), toastFailure);
  };
  useEffect(() => {
    let wanted = true;
    refresh();
    // The server may be known by another name than the one this page was opened under.
    api.room(id).then((known) => wanted && setUrl(audienceAddress(id, known.url)), () => undefined);
    return () => {
      wanted = false;
      asked.current += 1;
    };
  }, [id, mayInvite]);

  const make = async (role: "host" | "wall") => {
    if (busy) return;
    setBusy(true);
    try {
      const link = await api.makeLink(id, role, token);
      setMade((before) => ({ ...before, [role]: new URL(link.url, location.origin).href }));
      refresh();
    } catch (error) {
      toastFailure(error);
    }
    setBusy(false);
  };

  const revoke = (link: RoomLink) =>
    confirmFirst(t.share_revoke, t.share_revoke_sure, t.share_revoke, () => {
      api.revokeLink(id, link.id, token).then(() => {
        toast(t.share_revoked);
        refresh();
      }, toastFailure);
    });

  const alive = links.filter((link) => link.revoked_at === null);
  return (
    <section class="group">
      <h2>{t.share}</h2>
      <div class="card invite">
        <Qr text={url} label={t.share_audience} />
        <div class="stack">
          <p>
            <b>{t.share_audience}</b>
            <br />
            <span class="note">{t.share_audience_hint}</span>
          </p>
        </div>
        <Address url={url} />
      </div>
      {mayInvite &&
        (["wall", "host"] as const).map((role) => (
          <div class="card stack" key={role}>
            <p>
              <b>{role === "wall" ? t.share_wall : t.share_host}</b>
              <br />
              <span class="note">{role === "wall" ? t.share_wall_hint : t.share_host_hint}</span>
            </p>
            <div class="row tight halves">
              {role === "wall" && (
                <button type="button" class="button" onClick={() => setPairing(true)}>
                  <Icon name="screen" size={20} />
                  {staffWords.value.wall_connect}
                </button>
              )}
              <button type="button" class="button" disabled={busy} onClick={() => void make(role)}>
                <Icon name="plus" size={20} />
                {t.share_make}
              </button>
            </div>
            {made[role] && <Address url={made[role]} />}
          </div>
        ))}
      {alive.length > 0 && (
        <details>
          <summary>{`${t.share_links} · ${alive.length}`}</summary>
          <ul>
            {alive.map((link) => (
              <li class="row tight" key={link.id}>
                <p class="grow">
                  {[t.roles[link.role as keyof typeof t.roles] ?? link.role, link.label].filter(Boolean).join(" · ")}{" "}
                  <time class="note figures">{timeOfDay(link.created_at)}</time>
                </p>
                <button type="button" class="button quiet" onClick={() => revoke(link)}>
                  {t.share_revoke}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      {pairing && (
        <PairDialog
          room={id}
          {...(token ? { token } : {})}
          onClose={() => {
            setPairing(false);
            refresh();
          }}
        />
      )}
    </section>
  );
}
