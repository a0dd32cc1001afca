import { createTheme, defaultVariantColorsResolver } from "@mantine/core";

/** Our own colours for alerts: Mantine's have too little contrast. */
const ALERT_TOKENS: Readonly<Record<string, string>> = { yellow: "warn", red: "down" };

/** The design language of web/README.md as a Mantine theme. */
export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  // Mantine computes the text colour for the light theme's shade and uses it in the dark theme, too.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const token = input.variant === "light" && input.color !== undefined ? ALERT_TOKENS[input.color] : undefined;
    if (token) return { ...colors, background: `var(--${token}-ground)`, color: `var(--${token})` };
    return input.variant === "filled" ? { ...colors, color: "var(--on-filled)" } : colors;
  },
  luminanceThreshold: 0.35,
  colors: {
    teal: [
      "#e6fbf7",
      "#cdf3ec",
      "#9fe6da",
      "#6bd9c7",
      "#43cdb7",
      "#2bb8a3",
      "#1a9c8a",
      "#117f72",
      "#0f6f64",
      "#0a5149",
    ],
    // Greys with a hint of the accent colour.
    dark: [
      "#dde7e6",
      "#b7c7c5",
      "#8fa3a1",
      "#667a78",
      "#3b4b4a",
      "#2a3837",
      "#1b2626",
      "#141d1d",
      "#0f1616",
      "#0a1010",
    ],
  },
  fontFamily:
    'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.1875rem" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // Otherwise a screen reader announces the head of a dialog as a second banner.
    ModalHeader: { defaultProps: { role: "presentation" } },
    DrawerHeader: { defaultProps: { role: "presentation" } },
    // Outcomes wait until a screen reader has finished its sentence; errors say that they don't.
    Notification: { defaultProps: { role: "status" } },
    // Menus render in place, and the keyboard starts at their first item.
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
  },
});
