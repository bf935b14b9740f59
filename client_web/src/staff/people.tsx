import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { listed, moment, staffWords } from "../i18n/staff_words";
import { Empty } from "../parts/bricks";
import { Address } from "../parts/address";
import { confirmFirst, Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { toast } from "../parts/toast";
import { Face } from "../chat/messages";
import { type Me, type Member, type StaffRole, staffApi } from "./api";
import { Head } from "./frame";
import { Loaded, useAsked } from "./loaded";
import { RoleAndShops } from "./role_and_shops";
import { ShopList } from "./shops";
import { failed, shops } from "./signed_in";

/** Everyone who works in one's shops, those who are invited, and the shops themselves. */
export function People({ who }: { who: Me }): JSX.Element {
  const t = staffWords.value;
  const members = useAsked(() => staffApi.members(), "members");
  const invitations = useAsked(() => staffApi.invitations(), "invitations");
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);

  return (
    <>
      <Head title={t.people}>
        <button type="button" class="button main" onClick={() => setInviting(true)}>
          <Icon name="plus" size={20} />
          {t.invite}
        </button>
      </Head>
      <div class="columns wide-left">
        <Loaded of={members}>
          {(all) => (
            <ul class="stack">
              {all.map((member) => (
                <MemberLine key={member.id} member={member} own={member.id === who.id} onChange={() => setChanging(member)} />
              ))}
              {all.length <= 1 && (
                <li class="card">
                  <Empty drawing="door" title={t.people_none} hint={t.people_none_hint} />
                </li>
              )}
            </ul>
          )}
        </Loaded>
        <div class="stack wide-gap">
          <section class="card stack">
            <h2>{t.invitations}</h2>
            <Loaded of={invitations}>
              {(open) => (
                <ul class="lines">
                  {open.length === 0 && <li class="note">{t.none_yet}</li>}
                  {open.map((one) => (
                    <li key={one.id}>
                      <div class="grow">
                        <p>
                          <b>{t.invitation_for(one.name ?? "")}</b>
                        </p>
                        <p class="note figures">
                          {t.roles[one.role]} · {t.until(moment(one.expires_at))}
                        </p>
                      </div>
                      <button
                        type="button"
                        class="button quiet"
                        aria-label={`${t.withdraw} ${t.invitation_for(one.name ?? "")}`}
                        onClick={() =>
                          void staffApi.withdraw(one.id).then(() => {
                            toast(t.withdrawn);
                            invitations.refresh();
                          }, failed)
                        }
                      >
                        {t.withdraw}
                      </button>
                    </li>
                  ))}
                </ul>
              )}
            </Loaded>
          </section>
          <ShopList owner={who.role === "owner"} />
        </div>
      </div>
      {inviting && (
        <Invite
          who={who}
          onMade={() => invitations.refresh()}
          onClose={() => setInviting(false)}
        />
      )}
      {changing && (
        <Change
          who={who}
          member={changing}
          onClose={() => {
            setChanging(null);
            members.refresh();
          }}
        />
      )}
    </>
  );
}

function MemberLine({ member, own, onChange }: { member: Member; own: boolean; onChange: () => void }): JSX.Element {
  const t = staffWords.value;
  return (
    <li class={`card row tight member ${member.disabled ? "off" : ""}`}>
      <Face by={{ id: member.id, name: member.name, role: "host" }} />
      <div class="grow">
        <p>
          <b>{member.name}</b> <span class="note">{member.login}</span> {own && <span class="tag good">{t.member_you}</span>}{" "}
          {member.disabled && <span class="tag warn">{t.disabled}</span>}
        </p>
        <p class="note figures">
          {[
            t.roles[member.role],
            member.role === "owner" ? t.all_shops : listed(member.shops.map((shop) => shop.name)),
            member.seen_at ? t.last_seen(moment(member.seen_at)) : t.never_seen,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {!own && (
        <button type="button" class="button quiet" aria-label={`${t.edit} ${member.name}`} onClick={onChange}>
          {t.edit}
        </button>
      )}
    </li>
  );
}

function Invite({ who, onMade, onClose }: { who: Me; onMade: () => void; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  const [name, setName] = useState("");
  const [role, setRole] = useState<StaffRole>("staff");
  const [chosen, setChosen] = useState<readonly string[]>(shops.value.length === 1 ? shops.value.map((shop) => shop.id) : []);
  const [made, setMade] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const make = async () => {
    if (busy) return;
    if (role !== "owner" && chosen.length === 0) {
      setProblem(t.invite_needs_shop);
      return;
    }
    setBusy(true);
    setProblem("");
    try {
      const { url } = await staffApi.invite(role, role === "owner" ? [] : [...chosen], name.trim() || undefined);
      // The server may be known to people by another name than the one it has here.
      setMade(new URL(url, location.origin).href);
      onMade();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t.invite} onClose={onClose}>
      {made ? (
        <div class="stack">
          <Address url={made} />
          <p class="note">{t.invite_once}</p>
        </div>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <label class="field">
            <span>{t.invite_name}</span>
            <Line value={name} most={32} autocomplete="off" onText={setName} />
          </label>
          <RoleAndShops who={who} role={role} chosen={chosen} onRole={setRole} onShops={setChosen} />
          <Problem text={problem} />
          <button type="submit" class="button main wide" disabled={busy}>
            {t.invite_make}
          </button>
        </form>
      )}
    </Dialog>
  );
}

function Change({ who, member, onClose }: { who: Me; member: Member; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  const [role, setRole] = useState<StaffRole>(member.role);
  const [chosen, setChosen] = useState<readonly string[]>(member.shops.map((shop) => shop.id));
  const [made, setMade] = useState("");
  const [busy, setBusy] = useState(false);
  // Another manager's way in would be that manager.
  const mayRenew = !member.disabled && (who.role === "owner" || member.role === "staff");

  const renew = async () => {
    setBusy(true);
    try {
      const { url } = await staffApi.renewWays(member.id);
      setMade(new URL(url, location.origin).href);
    } catch (error) {
      failed(error);
    }
    setBusy(false);
  };

  const change = async (fields: Parameters<typeof staffApi.change>[1], done: string) => {
    if (busy) return;
    setBusy(true);
    try {
      await staffApi.change(member.id, fields);
      toast(done);
      onClose();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };

  const disable = () => {
    // Two windows at once would cover each other.
    onClose();
    confirmFirst(t.disable, t.disable_sure(member.name), t.disable, () => void change({ disabled: true }, t.disabled_done));
  };

  return (
    <Dialog title={member.name} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void change({ role, ...(role === "owner" ? {} : { shops: [...chosen] }) }, t.saved);
        }}
      >
        <RoleAndShops who={who} role={role} chosen={chosen} onRole={setRole} onShops={setChosen} />
        {mayRenew &&
          (made ? (
            <div class="stack">
              <Address url={made} />
              <p class="note">{t.invite_once}</p>
            </div>
          ) : (
            <button type="button" class="button" disabled={busy} onClick={() => void renew()}>
              <Icon name="key" size={20} />
              {t.renew_ways}
            </button>
          ))}
        <div class="row end">
          {member.disabled ? (
            <button type="button" class="button" onClick={() => void change({ disabled: false }, t.enabled_done)}>
              {t.enable}
            </button>
          ) : (
            <button type="button" class="button risky" onClick={disable}>
              {t.disable}
            </button>
          )}
          <span class="grow" />
          <button type="submit" class="button main">
            {t.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
