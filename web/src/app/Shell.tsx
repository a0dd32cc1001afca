import { Kbd, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch, IconSettings, IconTopologyStar3, IconUserCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouter, useSearch } from "@tanstack/react-router";
import type { ReactNode, Ref } from "react";
import { Suspense, lazy, useEffect, useLayoutEffect, useState } from "react";

import { followEvents } from "../api/events";
import { useProfile } from "../api/session";
import type { Profile } from "../api/schema";
import { OfflineBanner } from "../components/OfflineBanner";
import { StorageBanner } from "../components/StorageBanner";
import { useKeys } from "../hooks/use-keys";
import { useWords } from "../i18n/language";
import { NoAnswerPage } from "../pages/NoAnswerPage";
import { Logo } from "../ui/Logo";
import { may } from "../util/may";
import classes from "./Shell.module.css";
import { useCommands } from "./commands";

/** The frame around every page, or the login while nobody is logged in. */
export function Shell() {
  const profile = useProfile();
  const { isLate, putOff } = useLater();
  const [wasInside, setInside] = useState(false);
  const [typed, setTyped] = useState<string>();
  const { error: why } = useSearch({ strict: false });
  if (profile && !wasInside) setInside(true);

  if (profile === undefined) return <NoAnswerPage />;
  // The page asked for stays in the address bar: after the login one is back where one was.
  if (profile === null) {
    return (
      <Suspense>
        <LoginPage why={wasInside ? "session-expired" : why} onLoggedIn={setTyped} />
      </Suspense>
    );
  }
  if (profile.initialPassword && !isLate) {
    return (
      <Suspense>
        <FirstPasswordPage profile={profile} known={typed} onLater={putOff} />
      </Suspense>
    );
  }
  // Somebody else may see something else: everything begins anew.
  return <Inside key={profile.username} profile={profile} />;
}

const LATER = "haltere.first-password.later";

/** Whether somebody does not want to be asked again in this tab. */
function useLater() {
  const [isLate, setLate] = useState(() => sessionStorage.getItem(LATER) !== null);
  const putOff = () => {
    sessionStorage.setItem(LATER, "");
    setLate(true);
  };
  return { isLate, putOff };
}

function Inside({ profile }: { profile: Profile }) {
  const words = useWords();
  const queries = useQueryClient();
  // Before the frame is painted: the server has something to do meanwhile.
  useLayoutEffect(() => followEvents(queries), [queries]);
  const [open, setOpen] = useState<"palette" | "shortcuts">();
  const commands = useCommands(() => setOpen("shortcuts"));
  const close = () => setOpen(undefined);
  useFetched();
  useHotkeys([["mod+K", () => setOpen("palette")]], []);
  useKeys([
    ["?", () => setOpen("shortcuts")],
    ["shift+?", () => setOpen("shortcuts")],
    ...commands.flatMap(({ key, run }) => (key && key !== "?" ? [[key, run] as const] : [])),
  ]);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {words.nav.skip}
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.brand} aria-label={words.product}>
          <Logo />
          <span>{words.product}</span>
        </Link>
        <nav className={classes.nav} aria-label={words.nav.main}>
          <Item to="/" icon={<IconTopologyStar3 size={18} stroke={1.7} />} exact>
            {words.nav.fleet}
          </Item>
          {may(profile, "switchPlugins") && (
            <Item to="/settings" icon={<IconSettings size={18} stroke={1.7} />}>
              {words.nav.settings}
            </Item>
          )}
        </nav>
        <UnstyledButton
          className={classes.search}
          aria-label={`${words.nav.commands}: ${words.commands.open} ${MOD}K`}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setOpen("palette")}
        >
          <IconSearch size={17} stroke={1.8} />
          <span aria-hidden>{words.commands.open}</span>
          <Kbd size="xs" aria-hidden>
            {MOD}K
          </Kbd>
        </UnstyledButton>
        <Suspense fallback={<UserButton profile={profile} disabled />}>
          <UserMenu profile={profile} button={<UserButton profile={profile} />} />
        </Suspense>
      </header>
      <Suspense>
        {open === "palette" && <Palette commands={commands} onClose={close} />}
        {open === "shortcuts" && <ShortcutsDialog onClose={close} />}
      </Suspense>
      <div className={classes.banners}>
        <OfflineBanner />
        {profile.isAdmin && <StorageBanner />}
      </div>
      <main id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

// The fleet is there before these: whoever is logged in needs no login, and menus open later.
const LoginPage = lazy(() => import("../pages/LoginPage").then(({ LoginPage }) => ({ default: LoginPage })));
const FirstPasswordPage = lazy(() =>
  import("../pages/FirstPasswordPage").then(({ FirstPasswordPage }) => ({ default: FirstPasswordPage })),
);
const UserMenu = lazy(() => import("./UserMenu").then(({ UserMenu }) => ({ default: UserMenu })));
const palette = () => import("../components/Palette").then(({ Palette }) => ({ default: Palette }));
const Palette = lazy(palette);
const ShortcutsDialog = lazy(() =>
  import("../components/ShortcutsDialog").then(({ ShortcutsDialog }) => ({ default: ShortcutsDialog })),
);

const MOD = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl ";

/** Fetches what is not there yet while nobody waits for it. */
function useFetched() {
  const router = useRouter();
  useEffect(() => {
    // What is typed after Ctrl-K is meant for the palette: it has to be there by then.
    void palette();
    // And other pages have to open though the server has gone.
    const fetch = () => Object.values(router.routesById).map((route) => router.loadRouteChunk(route));
    const soon = setTimeout(() => void Promise.allSettled(fetch()), 1_000);
    return () => clearTimeout(soon);
  }, [router]);
}

type ItemProps = { to: "/" | "/settings"; icon: ReactNode; exact?: boolean; children: ReactNode };

function Item({ to, icon, exact = false, children }: ItemProps) {
  return (
    <Link to={to} className={classes.item} activeOptions={{ exact, includeSearch: false }}>
      {icon}
      <span>{children}</span>
    </Link>
  );
}

type UserButtonProps = { profile: Profile; disabled?: boolean; ref?: Ref<HTMLButtonElement> };

function UserButton({ profile, ref, ...others }: UserButtonProps) {
  const words = useWords();
  return (
    <UnstyledButton
      // The menu gives a class of its own, if an empty one; ours has to come after it.
      {...others}
      ref={ref}
      className={classes.user}
      aria-label={`${words.nav.profile}: ${profile.username}`}
    >
      <IconUserCircle size={20} stroke={1.6} />
      <span>{profile.username}</span>
    </UnstyledButton>
  );
}
