import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { language } from "../i18n/words";
import { confirmFirst, Dialog } from "../parts/dialog";
import { IconButton } from "../parts/bricks";
import { Line } from "../parts/line";
import { toast } from "../parts/toast";
import { Loaded, useAsked } from "../staff/loaded";
import { go } from "../staff/routes";
import { failed, shops } from "../staff/signed_in";
import { lobbyApi, type Template } from "./api";
import { ShopChoice } from "./shop_choice";

export const TITLE_LENGTH = 100;

const votes = (template: Template): number => (typeof template.polls === "number" ? template.polls : (template.polls?.length ?? 0));

export function NewRoom({ shop: first, onClose }: { shop: string; onClose: () => void }): JSX.Element {
  const t = staffWords.value;
  const [title, setTitle] = useState("");
  const [shop, setShop] = useState(first || (shops.value[0]?.id ?? ""));
  const [template, setTemplate] = useState<Template | null>(null);
  const [busy, setBusy] = useState(false);
  const asked = useAsked(() => lobbyApi.templates(language.value), `templates ${language.value}`);

  // A template's own name will do for a room until somebody finds a better one.
  const name = title.trim() || template?.title || "";

  const make = async () => {
    if (!name || busy) return;
    setBusy(true);
    try {
      const { id } = await lobbyApi.create({ title: name, shop, ...(template ? { template: template.id } : {}) });
      toast(t.made);
      onClose();
      go(`/lobby/rooms/${encodeURIComponent(id)}`);
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  };

  const drop = (one: Template) => {
    onClose();
    confirmFirst(t.template_drop, t.template_drop_sure(one.title), t.template_drop, () => {
      lobbyApi.dropTemplate(one.id).then(() => toast(t.template_dropped), failed);
    });
  };

  return (
    <Dialog title={t.room_new} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <fieldset class="field">
          <legend class="note">{t.template}</legend>
          <div class="templates">
            <Pick chosen={template === null} title={t.template_blank} hint={t.template_blank_hint} onPick={() => setTemplate(null)} />
            <Loaded of={asked}>
              {(templates) =>
                templates.map((one) => (
                  <Pick
                    key={one.id}
                    chosen={template?.id === one.id}
                    title={one.title}
                    hint={[
                      one.shop ? t.template_own : "",
                      votes(one) ? t.template_polls(votes(one)) : "",
                      one.cues?.length ? t.template_cues(one.cues.length) : "",
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                    onPick={() => setTemplate(one)}
                    {...(one.shop ? { onDrop: () => drop(one) } : {})}
                  />
                ))
              }
            </Loaded>
          </div>
        </fieldset>
        <label class="field">
          <span>{t.room_title}</span>
          <Line
            name="title"
            value={title}
            most={TITLE_LENGTH}
            placeholder={template?.title ?? t.room_title_hint}
            autocomplete="off"
            onText={setTitle}
          />
        </label>
        <ShopChoice shop={shop} onShop={setShop} />
        <button type="submit" class="button main large wide" disabled={busy || !name}>
          {busy ? t.room_making : t.room_make}
        </button>
      </form>
    </Dialog>
  );
}

interface PickProps {
  chosen: boolean;
  title: string;
  hint: string;
  onPick: () => void;
  onDrop?: () => void;
}

function Pick({ chosen, title, hint, onPick, onDrop }: PickProps): JSX.Element {
  return (
    <div class="pick-one">
      {/* Its words are in the span. */}
      {/* oxlint-disable-next-line jsx-a11y/label-has-associated-control */}
      <label class="tick">
        <input type="radio" name="template" checked={chosen} onChange={onPick} />
        <span>
          <b>{title}</b>
          <span class="note">{hint}</span>
        </span>
      </label>
      {onDrop && <IconButton icon="trash" label={`${staffWords.value.template_drop} ${title}`} onClick={onDrop} />}
    </div>
  );
}
