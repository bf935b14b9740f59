import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { peopleWords } from "../i18n/people_words";
import { words } from "../i18n/console_words";
import { Address, copy } from "../parts/address";
import { IconButton } from "../parts/bricks";
import { Choices } from "../parts/controls";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { timeOfDay } from "../parts/time";
import { toastFailure } from "../parts/toast";
import { api, type RoomLink } from "../room/api";
import { POWERS, type Power } from "./ways_in";

const NAME_LENGTH = 32;

interface CoHostsProps {
  room: string;
  /** Left out by staff who are signed in. */
  token?: string | undefined;
  /** Those that still open the room. */
  links: readonly RoomLink[];
  onMade: () => void;
  onRevoke: (link: RoomLink) => void;
}

const nameOf = (link: RoomLink): string => link.label ?? words.value.roles[link.role as Power];
const addressOf = (link: RoomLink): string => new URL(link.url, location.origin).href;

/** A key for each co-host by name, with what it lets them do; each is taken back alone. */
export function CoHosts({ room, token, links, onMade, onRevoke }: CoHostsProps): JSX.Element {
  const t = words.value;
  const p = peopleWords.value;
  const [name, setName] = useState("");
  const [power, setPower] = useState<Power>("host");
  const [made, setMade] = useState("");
  const [busy, setBusy] = useState(false);

  const make = async () => {
    if (busy) return;
    setBusy(true);
    try {
      setMade((await api.makeLink(room, power, token, name.trim())).id);
      setName("");
      onMade();
    } catch (error) {
      toastFailure(error);
    }
    setBusy(false);
  };

  const fresh = links.find((link) => link.id === made);
  return (
    <form
      class="card stack co-hosts"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <p>
        <b>{t.share_host}</b>
        <br />
        <span class="note">{t.share_host_hint}</span>
      </p>
      <label class="field">
        <span>{p.co_host_name}</span>
        <Line name="co-host" autocomplete="off" most={NAME_LENGTH} value={name} placeholder={p.co_host_example} onText={setName} />
      </label>
      <Choices
        label={p.co_host_powers}
        value={power}
        of={POWERS.map((one) => [one, p.co_host_power[one]] as const)}
        onChoose={setPower}
      />
      <p class="note">{p.co_host_power_hint[power]}</p>
      <button type="submit" class="button" disabled={busy || !name.trim()}>
        <Icon name="plus" size={20} />
        {t.share_make}
      </button>
      {fresh && (
        <div class="stack tight" role="status">
          <p class="note">{p.co_host_made(nameOf(fresh))}</p>
          <Address url={addressOf(fresh)} />
        </div>
      )}
      {links.length > 0 && (
        <ul>
          {links.map((link) => (
            <li class="binned row tight" key={link.id}>
              <p class="grow">
                <b>{nameOf(link)}</b>{" "}
                <span class={`tag ${link.role}`}>{p.co_host_power[link.role as Power]}</span>{" "}
                <time class="note figures">{timeOfDay(link.created_at)}</time>
              </p>
              <IconButton icon="copy" label={`${t.share_copy} · ${nameOf(link)}`} onClick={() => void copy(addressOf(link))} />
              <button
                type="button"
                class="button quiet"
                aria-label={`${t.share_revoke} · ${nameOf(link)}`}
                onClick={() => onRevoke(link)}
              >
                {t.share_revoke}
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
