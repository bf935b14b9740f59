import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { words } from "../i18n/console_words";
import { PairDialog } from "../lobby/pair";
import { Address } from "../parts/address";
import { confirmFirst } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Qr } from "../parts/qr";
import { timeOfDay } from "../parts/time";
import { toast, toastFailure } from "../parts/toast";
import { api, type RoomLink } from "../room/api";
import { audienceAddress } from "../room/session";
import { CoHosts } from "./co_hosts";
import { sortedLinks } from "./ways_in";

interface ShareProps {
  /** The room's. */
  id: string;
  /** Left out by staff who are signed in. */
  token?: string;
  mayInvite: boolean;
  /** A guest who was made a host gives out no keys to run the room by. */
  lent?: boolean;
}

/** Ways into the room: the audience's for all to see, and keys for walls and co-hosts. */
export function Share({ id, token, mayInvite, lent = false }: ShareProps): JSX.Element {
  const t = words.value;
  const [url, setUrl] = useState(() => audienceAddress(id));
  const [wall, setWall] = useState<{ id: string; url: string } | null>(null);
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

  const makeWall = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const link = await api.makeLink(id, "wall", token);
      setWall({ id: link.id, url: new URL(link.url, location.origin).href });
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

  const { staff, others } = sortedLinks(links, Date.now());
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
      {mayInvite && (
        <div class="card stack">
          <p>
            <b>{t.share_wall}</b>
            <br />
            <span class="note">{t.share_wall_hint}</span>
          </p>
          <div class="row tight halves">
            <button type="button" class="button" onClick={() => setPairing(true)}>
              <Icon name="screen" size={20} />
              {staffWords.value.wall_connect}
            </button>
            <button type="button" class="button" disabled={busy} onClick={() => void makeWall()}>
              <Icon name="plus" size={20} />
              {t.share_make}
            </button>
          </div>
          {wall && others.some((link) => link.id === wall.id) && <Address url={wall.url} />}
        </div>
      )}
      {mayInvite && !lent && <CoHosts room={id} token={token} links={staff} onMade={refresh} onRevoke={revoke} />}
      {others.length > 0 && (
        <details>
          <summary>{`${t.share_links} · ${others.length}`}</summary>
          <ul>
            {others.map((link) => (
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
