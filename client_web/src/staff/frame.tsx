import type { ComponentChildren, JSX } from "preact";
import { staffWords } from "../i18n/staff_words";
import { words } from "../i18n/words";
import { Logo } from "../parts/bricks";
import { Confirmation } from "../parts/dialog";
import { Icon, type IconName } from "../parts/icons";
import { Toasts } from "../parts/toast";
import { LanguageSwitch } from "../parts/top_bar";
import type { Me } from "./api";
import { placeOf } from "./place";
import { path } from "./routes";
import { runsPeople } from "./signed_in";

interface Way {
  page: string;
  href: string;
  icon: IconName;
  label: string;
}

function ways(who: Me): Way[] {
  const { nav } = staffWords.value;
  const all: Way[] = [{ page: "lobby", href: "/lobby", icon: "bars", label: nav.lobby }];
  if (runsPeople(who)) {
    all.push({ page: "people", href: "/staff/people", icon: "people", label: nav.people });
    all.push({ page: "audit", href: "/staff/audit", icon: "clock", label: nav.audit });
  }
  all.push({ page: "account", href: "/staff", icon: "person", label: nav.account });
  return all;
}

/** The page around all that staff do when signed in. */
export function Frame({ who, children }: { who: Me; children: ComponentChildren }): JSX.Element {
  const { page } = placeOf(path.value);
  const here = page === "room" || page === "sheet" ? "lobby" : page;
  return (
    <div class="frame">
      <header class="house">
        <a class="home" href="/lobby">
          <Logo size={32} />
          <b>{words.value.app}</b>
        </a>
        <nav class="ways" aria-label={staffWords.value.menu}>
          {ways(who).map((way) => (
            <a key={way.page} href={way.href} aria-current={way.page === here ? "page" : undefined}>
              <Icon name={way.icon} />
              <span>{way.label}</span>
            </a>
          ))}
        </nav>
        <span class="who-am-i">{who.name}</span>
        <LanguageSwitch />
      </header>
      <main class="floor">{children}</main>
      <Confirmation />
      <Toasts />
    </div>
  );
}

/** The page around what is there for everybody: a card in the middle. */
export function Porch({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div class="porch">
      <header>
        <Logo />
        <b class="grow">{words.value.app}</b>
        <LanguageSwitch />
      </header>
      <main>{children}</main>
      <Toasts />
    </div>
  );
}

/** The head of a page: what it is, and the first thing to do on it. */
export function Head({ title, lead, children }: { title: string; lead?: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="head">
      <div>
        <h1>{title}</h1>
        {lead && <p class="note">{lead}</p>}
      </div>
      {children && <div class="row">{children}</div>}
    </div>
  );
}
