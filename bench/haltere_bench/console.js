// Runs in the page before the console does, and watches it. Times are milliseconds since the navigation began.
(() => {
  /** When the frame that comes next is painted: its main thread has done all it has to do for it. */
  const painted = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.addEventListener("message", () => resolve(performance.now()));
        channel.port1.start();
        channel.port2.postMessage(null);
      });
    });

  /** The rows of the table, without that of its titles. */
  const list = () => document.querySelector('[role="grid"] > [role="presentation"]');
  const rows = () => list()?.querySelectorAll('[role="row"]') ?? [];
  const row = (name) => [...rows()].find((each) => each.querySelector("a")?.textContent === name);

  /** How many connections the list says it shows. */
  const said = () => Number.parseInt(document.querySelector("#all > span")?.textContent ?? "", 10);

  /** Whether exactly so many are shown, and those that are drawn hold the text. */
  const shows = (count, text) =>
    said() === count && [...rows()].every((each) => each.textContent.toLowerCase().includes(text)) && rows().length > 0;

  const frames = async (isSo) => {
    for (;;) {
      const at = await painted();
      if (isSo()) return at;
    }
  };

  const changes = async (isSo) => {
    if (!isSo()) {
      await new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (!isSo()) return;
          observer.disconnect();
          resolve();
        });
        observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      });
    }
    return painted();
  };

  /** The next key: how long until the next frame, and until the list shows what it asks for. */
  const key = (count, text) =>
    new Promise((resolve) => {
      const pressed = async ({ timeStamp }) => {
        const [next, followed] = await Promise.all([painted(), frames(() => shows(count, text))]);
        resolve({ next: next - timeStamp, followed: followed - timeStamp, at: followed });
      };
      addEventListener("keydown", (event) => void pressed(event), { capture: true, once: true });
    });

  /** When the row of a connection shows another state than this one. */
  const leaves = (name, state) => changes(() => !(row(name)?.textContent ?? state).includes(state));

  /** Brings the row with this number into sight; waits until it is there and up. */
  const scrollTo = async (number, name) => {
    const { height } = rows()[0].getBoundingClientRect();
    const first = list().getBoundingClientRect().top + scrollY;
    // In the middle, so that it stays in sight when the list of causes comes or goes above it.
    globalThis.scrollTo(0, first + number * height - innerHeight / 2);
    await changes(() => row(name)?.textContent.includes("Connected"));
  };

  Object.assign(globalThis, { probe: { key, changes, leaves, scrollTo } });
  void changes(() => rows().length > 0 && document.querySelector('input[type="search"]')).then((at) =>
    globalThis.report(JSON.stringify({ rows: at })),
  );
})();
