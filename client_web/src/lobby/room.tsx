import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { words } from "../i18n/words";
import { Share } from "../host/share";
import { Empty } from "../parts/bricks";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { toast } from "../parts/toast";
import { api, type PublicRoom } from "../room/api";
import { failureOf } from "../room/failure";
import { Loaded, useAsked } from "../staff/loaded";
import { go } from "../staff/routes";
import { failed, shops } from "../staff/signed_in";
import { downloads, lobbyApi } from "./api";
import { TITLE_LENGTH } from "./new_room";
import { PairDialog } from "./pair";
import { Results } from "./results";
import { ShopChoice } from "./shop_choice";

/** What a room's answer holds beside what everybody is told: `settings` for all who run it. */
type KnownRoom = PublicRoom & { shop?: string | null; settings?: object };

type Asking = "duplicate" | "template" | "pair" | null;

/** All about one room that is not the show itself. */
export function RoomSheet({ room: id }: { room: string }): JSX.Element {
  const t = staffWords.value;
  const asked = useAsked<KnownRoom>(() => api.room(id), `room ${id}`);
  if (asked.failure !== null && ["not_found", "forbidden"].includes(failureOf(asked.failure).code)) return <NoRoom />;
  return (
    <>
      <a class="back" href="/lobby">
        <Icon name="left" size={20} />
        {t.lobby}
      </a>
      <Loaded of={asked}>{(room) => (room.settings ? <Sheet room={room} /> : <NoRoom />)}</Loaded>
    </>
  );
}

export function NoRoom(): JSX.Element {
  const t = staffWords.value;
  return (
    <Empty drawing="lost" title={t.room_gone} hint={t.room_gone_hint}>
      <a class="button" href="/lobby">
        {t.to_lobby}
      </a>
    </Empty>
  );
}

function Sheet({ room }: { room: KnownRoom }): JSX.Element {
  const t = staffWords.value;
  const [asking, setAsking] = useState<Asking>(null);
  const at = encodeURIComponent(room.id);
  const files = downloads(room.id);
  const close = () => setAsking(null);
  return (
    <>
      <div class="head">
        <div>
          <h1>{room.title || room.id}</h1>
          <p class="row">
            <span class={`tag ${room.status === "open" ? "live" : ""}`}>{room.status === "open" ? t.open : t.closed}</span>
            <span class="note figures">
              {t.sheet_room} {room.id}
            </span>
          </p>
        </div>
        <div class="row deeds-of-room">
          <a class="button main" href={`/host/${at}`}>
            <Icon name="play" size={20} />
            {t.host_room}
          </a>
          <a class="button" href={`/lobby/rooms/${at}/sheet`}>
            <Icon name="printer" size={20} />
            {t.sheet_open}
          </a>
          <button type="button" class="button" onClick={() => setAsking("pair")}>
            <Icon name="screen" size={20} />
            {t.wall_connect}
          </button>
          <button type="button" class="button" onClick={() => setAsking("duplicate")}>
            <Icon name="copy" size={20} />
            {t.duplicate}
          </button>
          <button type="button" class="button" onClick={() => setAsking("template")}>
            <Icon name="pin" size={20} />
            {t.as_template}
          </button>
        </div>
      </div>
      <div class="columns wide-left">
        <Results room={room.id} />
        <div class="stack wide-gap">
          <Share id={room.id} mayInvite />
          <section class="card stack">
            <h2>{t.exports}</h2>
            <File href={files.results} title={t.export_results} hint={t.export_results_hint} kind="CSV" />
            <File href={files.questions} title={t.export_questions} hint={t.export_questions_hint} kind="CSV" />
            <File href={files.csv} title={t.export_all} hint={t.export_all_hint} kind="CSV" />
            <File href={files.json} title={t.export_all} hint={t.export_all_hint} kind="JSON" />
          </section>
        </div>
      </div>
      {asking === "pair" && <PairDialog room={room.id} onClose={close} />}
      {asking === "duplicate" && <Duplicate room={room} onClose={close} />}
      {asking === "template" && <AsTemplate room={room} onClose={close} />}
    </>
  );
}

function File({ href, title, hint, kind }: { href: string; title: string; hint: string; kind: string }): JSX.Element {
  return (
    <a class="button file" href={href} download="">
      <Icon name="download" size={20} />
      <span class="grow">
        {title}
        <small class="note">{hint}</small>
      </span>
      <span class="tag">{kind}</span>
    </a>
  );
}

interface NamingProps {
  heading: string;
  lead: string;
  label: string;
  first: string;
  most: number;
  shop: string;
  onName: (title: string, shop: string) => Promise<unknown>;
  onClose: () => void;
}

/** A name, a shop if there are several, and on. */
function Naming({ heading, lead, label, first, most, shop: firstShop, onName, onClose }: NamingProps): JSX.Element {
  const [title, setTitle] = useState(first);
  const [shop, setShop] = useState(firstShop || (shops.value[0]?.id ?? ""));
  const [busy, setBusy] = useState(false);
  const on = async () => {
    if (!title.trim() || busy) return;
    setBusy(true);
    try {
      await onName(title.trim(), shop);
      onClose();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={heading} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void on();
        }}
      >
        <p class="note">{lead}</p>
        <label class="field">
          <span>{label}</span>
          <Line value={title} most={most} autocomplete="off" onText={setTitle} />
        </label>
        <ShopChoice shop={shop} onShop={setShop} />
        <div class="row end">
          <button type="button" class="button" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button type="submit" class="button main" disabled={busy || !title.trim()}>
            {heading}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Duplicate({ room, onClose }: { room: KnownRoom; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  return (
    <Naming
      heading={t.duplicate}
      lead={t.duplicate_lead}
      label={t.room_title}
      first={t.duplicate_title(room.title)}
      most={TITLE_LENGTH}
      shop={room.shop ?? ""}
      onClose={onClose}
      onName={async (title, shop) => {
        const { id } = await lobbyApi.duplicate(room.id, title, shop);
        toast(t.duplicated);
        go(`/lobby/rooms/${encodeURIComponent(id)}`);
      }}
    />
  );
}

function AsTemplate({ room, onClose }: { room: KnownRoom; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  return (
    <Naming
      heading={t.as_template}
      lead={t.as_template_lead}
      label={t.template_title}
      first={room.title}
      most={TITLE_LENGTH}
      shop={room.shop ?? ""}
      onClose={onClose}
      onName={async (title, shop) => {
        await lobbyApi.saveTemplate(room.id, title, shop);
        toast(t.template_saved);
      }}
    />
  );
}
