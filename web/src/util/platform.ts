/** The modifier key of shortcuts, as keyboards of this platform label it. */
export const MODIFIER_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
