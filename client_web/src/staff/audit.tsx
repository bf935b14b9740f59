import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment, staffWords } from "../i18n/staff_words";
import { Empty } from "../parts/bricks";
import { type AuditEntry, type StaffRole, staffApi } from "./api";
import { Head } from "./frame";
import { Loaded, useAsked } from "./loaded";
import { failed, shopName } from "./signed_in";

/** Who did what, the newest first. */
export function Audit(): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked(() => staffApi.audit(), "audit");
  const [busy, setBusy] = useState(false);

  const older = async (entries: AuditEntry[]) => {
    const last = entries[entries.length - 1];
    if (!last || busy) return;
    setBusy(true);
    try {
      const page = await staffApi.audit(last.id);
      asked.set({ entries: [...entries, ...page.entries], more: page.more });
    } catch (error) {
      failed(error);
    }
    setBusy(false);
  };

  return (
    <>
      <Head title={t.audit} lead={t.audit_lead} />
      <Loaded of={asked}>
        {({ entries, more }) =>
          entries.length === 0 ? (
            <Empty drawing="chat" title={t.audit_none} hint={t.audit_none_hint} />
          ) : (
            <section class="card">
              <ol class="lines">
                {entries.map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
              </ol>
              {more && (
                <button type="button" class="button wide" disabled={busy} onClick={() => void older(entries)}>
                  {t.load_more}
                </button>
              )}
            </section>
          )
        }
      </Loaded>
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }): JSX.Element {
  const t = staffWords.value;
  const about = entry.details ?? {};
  const { role, by, shops } = about;
  const details = [
    typeof role === "string" ? (t.roles[role as StaffRole] ?? role) : "",
    ...(Array.isArray(shops) ? shops.map((shop) => shopName(String(shop)) || String(shop)) : []),
    by === "password" ? t.with_password : by === "passkey" ? t.with_passkey : "",
    about["disabled"] === true ? t.disabled : "",
  ];
  const room = entry.action.startsWith("room.") || entry.action.startsWith("wall.") ? entry.target : "";
  return (
    <li class="entry">
      <time class="note figures" dateTime={new Date(entry.at).toISOString()}>
        {moment(entry.at)}
      </time>
      <b>{entry.who && entry.who.id !== "cli" ? entry.who.name : t.audit_system}</b>
      <span class="grow">
        {t.actions[entry.action] ?? entry.action}
        <span class="note"> {Array.from(new Set([shopName(entry.shop), ...details].filter(Boolean))).join(" · ")}</span>
        {room && (
          <>
            {" "}
            <a href={`/lobby/rooms/${encodeURIComponent(room)}`}>{room}</a>
          </>
        )}
      </span>
    </li>
  );
}
