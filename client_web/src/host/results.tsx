import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Icon } from "../parts/icons";
import { toast, toastFailure } from "../parts/toast";
import { downloads } from "../lobby/api";
import { save } from "../room/http";

/** What a room has brought, as files to keep. */
export function Results({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { room: id } = room.session.pass;
  const paths = downloads(id);
  const files = [
    [paths.results, `${id}-results.csv`, t.results_csv],
    [paths.questions, `${id}-questions.csv`, t.questions_csv],
    [paths.csv, `${id}.csv`, t.export_csv],
    [paths.json, `${id}.json`, t.export_json],
  ] as const;
  return (
    <section class="group">
      <h2>{t.results}</h2>
      <p class="note">{t.results_hint}</p>
      <div class="stack downloads">
        {files.map(([path, name, label]) => (
          <button
            key={path}
            type="button"
            class="button"
            onClick={() => void save(path, name, room.session.pass.token).then(() => toast(t.download_ready), toastFailure)}
          >
            <Icon name="download" size={20} />
            {label}
          </button>
        ))}
      </div>
      {room.session.staff && (
        <a class="button" href={`/lobby/rooms/${encodeURIComponent(id)}`}>
          <Icon name="bars" size={20} />
          {t.room_sheet}
        </a>
      )}
    </section>
  );
}
