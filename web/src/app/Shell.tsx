import { Kbd, MantineThemeProvider, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch, IconUserCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { StaticDataRouteOption } from "@tanstack/react-router";
import { Link, Outlet, useMatchRoute, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";

import { lazyComponent } from "../api/lazy-component";
import type { Profile } from "../api/schema";
import { hasPermission, useHasSession, useProfile } from "../api/session";
import { OfflineBanner } from "../components/OfflineBanner";
import { StorageBanner } from "../components/StorageBanner";
import { useFocusReturn } from "../hooks/use-focus-return";
import { useIsSettled } from "../hooks/use-is-settled";
import { useShortcuts } from "../hooks/use-shortcuts";
import { useMessages } from "../i18n/language";
import { linkTo, PATHS } from "../model/paths";
import { ServerUnavailablePage } from "../pages/ServerUnavailablePage";
import { Logo } from "../ui/Logo";
import type { MenuButtonProps } from "../ui/menu/MenuButton";
import { MenuButton } from "../ui/menu/MenuButton";
import { HAS_COMMAND_KEY } from "../util/platform";
import { Rail } from "./Rail";
import { usePreferences } from "./use-preferences";
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
  const queries = useQueryClient();
  // Whose second factor is being set up: the page stays until the user has seen the recovery codes.
  const [factorSetup, setFactorSetup] = useState<string>();
  if (profile && isFactorDue(profile) && factorSetup !== profile.username) setFactorSetup(profile.username);
  usePreferences();
  const isInvitation = useMatchRoute()({ to: PATHS.invitation }) !== false;

  if (profile === undefined) return <ServerUnavailablePage />;
  if (isInvitation) {
    return (
      <Suspense>
        <InvitationPage />
      </Suspense>
    );
  }
  const needsPassword = profile?.mustChangePassword || (profile?.initialPassword && !isPostponed);
  if (profile && needsPassword && hasSession) {
    return (
      <Suspense>
        <InitialPasswordPage profile={profile} typedPassword={typedPassword} onPostpone={postpone} />
      </Suspense>
    );
  }
  if (profile && hasSession && (isFactorDue(profile) || factorSetup === profile.username)) {
    const end = async () => {
      // What was refused until now is requested again.
      await queries.invalidateQueries();
      setFactorSetup(undefined);
    };
    return (
      <Suspense>
        <SecondFactorPage profile={profile} typedPassword={typedPassword} onDone={() => void end()} />
      </Suspense>
    );
  }
  // The pages stay open while the session is renewed: they hold what has been typed.
  return (
    <>
      {profile && (
        // Keyed: another user may see other data, so all state is discarded.
        <div key={profile.username} className={hasSession ? undefined : classes.suspended} inert={!hasSession}>
          <MantineThemeProvider theme={hasSession ? FRAME_THEME : SUSPENDED_THEME}>
            <AppFrame profile={profile} hasSession={hasSession} />
          </MantineThemeProvider>
          <div id={OVERLAYS_ID} />
        </div>
      )}
      {/* The URL stays the same, so that the requested page opens after the login. */}
      {!hasSession && (
        <Suspense>
          <LoginPage
            reason={profile ? "session-expired" : reason}
            lastUser={profile?.viewedBy ?? profile?.username}
            onLoggedIn={setTypedPassword}
          />
        </Suspense>
      )}
    </>
  );
}

/** Whether the user has to set up a second factor before anything else. */
function isFactorDue({ secondFactor }: Profile): boolean {
  return secondFactor?.required === true && !secondFactor.enabled;
}

/** Dialogs and tooltips are rendered inside of the frame, so that they are suspended with it. */
const OVERLAYS_ID = "overlays";
const PORTAL = { Portal: { defaultProps: { target: `#${OVERLAYS_ID}` } } };
const FRAME_THEME = { components: PORTAL };

/** A suspended dialog listens to no key, and the page in front of it scrolls. */
const SUSPENDED_DIALOG = { defaultProps: { closeOnEscape: false, lockScroll: false } };
const SUSPENDED_THEME = {
  components: { ...PORTAL, Modal: SUSPENDED_DIALOG, ModalRoot: SUSPENDED_DIALOG, Drawer: SUSPENDED_DIALOG },
};

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
  const paletteKey = HAS_COMMAND_KEY ? "⌘K" : `${t.commands.ctrl} K`;
  const navigate = useNavigate();
  const [open, setOpen] = useState<"palette" | "shortcuts">();
  const width = useRouteData("width");
  const close = () => setOpen(undefined);
  usePrefetch();
  useFocusOnNavigation();
  useHotkeys(hasSession ? [["mod+K", () => setOpen("palette")]] : [], []);
  const shortcuts = [
    ["?", () => setOpen("shortcuts")] as const,
    ["shift+?", () => setOpen("shortcuts")] as const,
    ...(hasPermission(profile, "connections.create")
      ? [["n", () => void navigate(linkTo.newConnection())] as const]
      : []),
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
          aria-label={`${t.nav.commands}: ${t.commands.open} ${paletteKey}`}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={() => setOpen("palette")}
        >
          <IconSearch size={17} stroke={1.8} />
          <span aria-hidden>{t.commands.open}</span>
          <Kbd size="xs" aria-hidden>
            {paletteKey}
          </Kbd>
        </UnstyledButton>
        <MenuButton
          renderButton={(props) => <UserButton profile={profile} {...props} />}
          renderMenu={(anchor) => <UserMenu profile={profile} anchor={anchor} />}
        />
      </header>
      <Suspense>
        {open === "palette" && <Palette onShortcuts={() => setOpen("shortcuts")} onClose={close} />}
        {open === "shortcuts" && <ShortcutsDialog onClose={close} />}
      </Suspense>
      <div className={classes.body}>
        <Rail profile={profile} />
        <div className={classes.content}>
          <div className={classes.banners}>
            {hasSession && profile.viewedBy !== undefined && (
              <Suspense>
                <ViewBanner username={profile.username} />
              </Suspense>
            )}
            {hasSession && <OfflineBanner />}
            {profile.isAdmin && <StorageBanner />}
            {profile.secondFactor?.resetAt !== undefined && (
              <Suspense>
                <SecondFactorResetBanner at={profile.secondFactor.resetAt} by={profile.secondFactor.resetBy ?? ""} />
              </Suspense>
            )}
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
const LoginPage = lazyComponent(async () => (await import("../pages/LoginPage")).LoginPage);
const InitialPasswordPage = lazyComponent(
  async () => (await import("../pages/InitialPasswordPage")).InitialPasswordPage,
);
const SecondFactorPage = lazyComponent(async () => (await import("../pages/SecondFactorPage")).SecondFactorPage);
const SecondFactorResetBanner = lazyComponent(
  async () => (await import("../components/SecondFactorResetBanner")).SecondFactorResetBanner,
);
const InvitationPage = lazyComponent(async () => (await import("../pages/InvitationPage")).InvitationPage);
const ViewBanner = lazyComponent(async () => (await import("../components/ViewBanner")).ViewBanner);
const UserMenu = lazyComponent(async () => (await import("./UserMenu")).UserMenu);
const importPalette = async () => (await import("./Palette")).Palette;
const Palette = lazyComponent(importPalette);
const ShortcutsDialog = lazyComponent(async () => (await import("../components/ShortcutsDialog")).ShortcutsDialog);

/** Preloads the remaining code. */
function usePrefetch() {
  const router = useRouter();
  const isSettled = useIsSettled();
  useEffect(() => {
    if (!isSettled) return undefined;
    // Keys pressed right after Ctrl K belong to the palette, so it comes first.
    void importPalette().catch(() => undefined);
    // The other pages have to open even if the server has become unreachable.
    const fetch = () =>
      Object.values(router.routesById)
        .filter((route) => !(route.options as { staticData?: StaticDataRouteOption }).staticData?.isInternal)
        .map((route) => router.loadRouteChunk(route));
    const others = setTimeout(() => void Promise.allSettled(fetch()), 1_000);
    return () => clearTimeout(others);
  }, [router, isSettled]);
}

function UserButton({ profile, ...props }: MenuButtonProps & { profile: Profile }) {
  const t = useMessages();
  return (
    <UnstyledButton className={classes.user} aria-label={`${t.nav.profile}: ${profile.username}`} {...props}>
      <IconUserCircle size={20} stroke={1.6} />
      <span>{profile.username}</span>
    </UnstyledButton>
  );
}
