import { Kbd, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch, IconUserCircle } from "@tabler/icons-react";
import type { StaticDataRouteOption } from "@tanstack/react-router";
import { Link, Outlet, useRouter, useSearch } from "@tanstack/react-router";
import type { Ref } from "react";
import { lazy, Suspense, useEffect, useState } from "react";

import { useIsFleetComplete } from "../api/fleet";
import type { Profile } from "../api/schema";
import { useHasSession, useProfile } from "../api/session";
import { OfflineBanner } from "../components/OfflineBanner";
import { StorageBanner } from "../components/StorageBanner";
import { useFocusReturn } from "../hooks/use-focus-return";
import { useShortcuts } from "../hooks/use-shortcuts";
import { useMessages } from "../i18n/language";
import { linkTo } from "../model/paths";
import { ServerUnavailablePage } from "../pages/ServerUnavailablePage";
import { Logo } from "../ui/Logo";
import { MODIFIER_KEY } from "../util/platform";
import { useCommands } from "./commands";
import { Rail } from "./Rail";
import { useFocusOnNavigation } from "./use-focus-on-navigation";
import { useRouteData } from "./use-route-data";
import classes from "./Shell.module.css";

/** The frame around every page; the login page without a session. */
export function Shell() {
  const profile = useProfile();
  const { isPostponed, postpone } = usePostponed();
  const hasSession = useHasSession() === true;
  const [typedPassword, setTypedPassword] = useState<string>();
  const { error: reason } = useSearch({ strict: false });
  useFocusReturn(!hasSession);

  if (profile === undefined) return <ServerUnavailablePage />;
  if (profile?.initialPassword && hasSession && !isPostponed) {
    return (
      <Suspense>
        <InitialPasswordPage profile={profile} typedPassword={typedPassword} onPostpone={postpone} />
      </Suspense>
    );
  }
  // The pages stay open while the session is renewed: they hold what has been typed.
  return (
    <>
      {profile && (
        // Keyed: another user may see other data, so all state is discarded.
        <div key={profile.username} className={hasSession ? undefined : classes.suspended} inert={!hasSession}>
          <AppFrame profile={profile} hasSession={hasSession} />
        </div>
      )}
      {/* The URL stays the same, so that the requested page opens after the login. */}
      {!hasSession && (
        <Suspense>
          <LoginPage
            reason={profile ? "session-expired" : reason}
            lastUser={profile?.username}
            onLoggedIn={setTypedPassword}
          />
        </Suspense>
      )}
    </>
  );
}

/** ⌘K or Ctrl K. */
const PALETTE_KEY = `${MODIFIER_KEY}${MODIFIER_KEY.length > 1 ? " " : ""}K`;

const POSTPONED_KEY = "haltere.first-password.later";

/** Whether the user has postponed the change of the initial password in this tab. */
function usePostponed() {
  const [isPostponed, setPostponed] = useState(() => sessionStorage.getItem(POSTPONED_KEY) !== null);
  const postpone = () => {
    sessionStorage.setItem(POSTPONED_KEY, "");
    setPostponed(true);
  };
  return { isPostponed, postpone };
}

function AppFrame({ profile, hasSession }: { profile: Profile; hasSession: boolean }) {
  const t = useMessages();
  const [open, setOpen] = useState<"palette" | "shortcuts">();
  const commands = useCommands(() => setOpen("shortcuts"));
  const width = useRouteData("width");
  const close = () => setOpen(undefined);
  usePrefetch();
  useFocusOnNavigation();
  useHotkeys(hasSession ? [["mod+K", () => setOpen("palette")]] : [], []);
  const shortcuts = [
    ["?", () => setOpen("shortcuts")] as const,
    ["shift+?", () => setOpen("shortcuts")] as const,
    ...commands.flatMap(({ key, run }) => (key && key !== "?" ? [[key, run] as const] : [])),
  ];
  useShortcuts(hasSession ? shortcuts : []);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t.nav.skip}
      </a>
      <header className={classes.header}>
        <Link {...linkTo.fleet()} className={classes.brand} aria-label={t.product}>
          <Logo />
          <span>{t.product}</span>
        </Link>
        <UnstyledButton
          className={classes.search}
          aria-label={`${t.nav.commands}: ${t.commands.open} ${PALETTE_KEY}`}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setOpen("palette")}
        >
          <IconSearch size={17} stroke={1.8} />
          <span aria-hidden>{t.commands.open}</span>
          <Kbd size="xs" aria-hidden>
            {PALETTE_KEY}
          </Kbd>
        </UnstyledButton>
        <Suspense fallback={<UserButton profile={profile} disabled />}>
          <UserMenu profile={profile} button={<UserButton profile={profile} />} />
        </Suspense>
      </header>
      <Suspense>
        {open === "palette" && <CommandPalette commands={commands} onClose={close} />}
        {open === "shortcuts" && <ShortcutsDialog onClose={close} />}
      </Suspense>
      <div className={classes.body}>
        <Rail profile={profile} />
        <div className={classes.content}>
          <div className={classes.banners}>
            {hasSession && <OfflineBanner />}
            {profile.isAdmin && <StorageBanner />}
          </div>
          <main id="content" className={classes.main} data-width={width} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
    </div>
  );
}

// Loaded separately: the fleet has to appear before login page, menus and dialogs are needed.
const LoginPage = lazy(() => import("../pages/LoginPage").then(({ LoginPage }) => ({ default: LoginPage })));
const InitialPasswordPage = lazy(() =>
  import("../pages/InitialPasswordPage").then(({ InitialPasswordPage }) => ({ default: InitialPasswordPage })),
);
const UserMenu = lazy(() => import("./UserMenu").then(({ UserMenu }) => ({ default: UserMenu })));
const importPalette = () =>
  import("../components/CommandPalette").then(({ CommandPalette }) => ({ default: CommandPalette }));
const CommandPalette = lazy(importPalette);
const ShortcutsDialog = lazy(() =>
  import("../components/ShortcutsDialog").then(({ ShortcutsDialog }) => ({ default: ShortcutsDialog })),
);

/** Preloads the remaining code once the fleet is there, or after a while for those who can't see it. */
function usePrefetch() {
  const router = useRouter();
  const isComplete = useIsFleetComplete();
  useEffect(() => {
    // Keys pressed right after Ctrl K belong to the palette, so it comes first.
    const palette = setTimeout(() => void importPalette().catch(() => undefined), isComplete ? 100 : 4_000);
    // The other pages have to open even if the server has become unreachable.
    const fetch = () =>
      Object.values(router.routesById)
        .filter((route) => !(route.options as { staticData?: StaticDataRouteOption }).staticData?.isInternal)
        .map((route) => router.loadRouteChunk(route));
    const others = setTimeout(() => void Promise.allSettled(fetch()), isComplete ? 1_000 : 5_000);
    return () => {
      clearTimeout(palette);
      clearTimeout(others);
    };
  }, [router, isComplete]);
}

type UserButtonProps = { profile: Profile; disabled?: boolean; ref?: Ref<HTMLButtonElement> };

function UserButton({ profile, ref, ...others }: UserButtonProps) {
  const t = useMessages();
  return (
    <UnstyledButton
      // Mantine's menu passes an empty class name, so ours comes after the spread.
      {...others}
      ref={ref}
      className={classes.user}
      aria-label={`${t.nav.profile}: ${profile.username}`}
    >
      <IconUserCircle size={20} stroke={1.6} />
      <span>{profile.username}</span>
    </UnstyledButton>
  );
}
