/** Whether shortcuts use the key ⌘ instead of Ctrl. */
export const HAS_COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent);
