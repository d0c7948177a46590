// Drafts: what was typed and not saved, kept in this browser under user, record and tab (S 13.7).
//
// Every tab has drafts of its own, so that two tabs on one record never overwrite each other. A draft whose tab is gone
// (closed, crashed) is an orphan: the next tab that shows its record adopts it. Those of living tabs are left alone.

const DRAFT = "rxcrm:draft:";
const TAB = "rxcrm:tab";
/** How long a draft waits for somebody to come back to it, in milliseconds: 30 days, as long as the recycle bin. */
const LIFE = 30 * 86_400_000;
/** How long a tab has to say that it lives, in milliseconds, where the browser has no locks (plain HTTP, not localhost). */
const PATIENCE = 400;

const inBrowser = typeof window !== "undefined";
const locks = inBrowser ? navigator.locks : undefined;
const channel = inBrowser && !locks ? new BroadcastChannel(TAB) : undefined;
const tab = inBrowser ? ownId() : "";

/**
 * The id of this tab. It leaves the session's store while its page lives and comes back when the page goes: a duplicate
 * of a tab copies the store, finds no id in it and takes a new one. So does a tab that crashed; its drafts are orphans.
 */
function ownId() {
  const kept = sessionStorage.getItem(TAB);
  sessionStorage.removeItem(TAB);
  return kept ?? [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

/** Show the other tabs for as long as this page lives that its drafts have somebody. */
function live() {
  locks?.request(`${TAB}:${tab}`, () => new Promise(() => {}));
}

if (inBrowser) {
  live();
  if (channel) channel.onmessage = ({ data }) => data.seeks === tab && channel.postMessage({ here: tab });
  window.addEventListener("pagehide", () => sessionStorage.setItem(TAB, tab));
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    sessionStorage.removeItem(TAB);
    live();
  });
  keys(DRAFT).filter((key) => !(Date.now() - Date.parse(read(key)?.at) < LIFE)).forEach((key) => localStorage.removeItem(key));
}

function keys(prefix) {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // not one of ours any more: it counts as expired
  }
}

/** Runs `then` and returns its answer if another tab is gone; with locks nobody else can do so at the same time. */
async function whenGone(other, then) {
  if (locks) return locks.request(`${TAB}:${other}`, { ifAvailable: true }, (lock) => lock && then());
  const lives = new Promise((answer) => {
    const hear = ({ data }) => data.here === other && answer(true);
    channel.addEventListener("message", hear);
    setTimeout(() => (channel.removeEventListener("message", hear), answer(false)), PATIENCE);
    channel.postMessage({ seeks: other });
  });
  return (await lives) ? null : then();
}

const place = (user, entity, id) => `${DRAFT}${user}:${entity}:${id || "new"}:`;

/** The drafts of this tab; `id` is 0 for a record that is not saved yet. */
export const drafts = {
  read: (user, entity, id) => read(place(user, entity, id) + tab),

  keep(user, entity, id, draft) {
    try {
      localStorage.setItem(place(user, entity, id) + tab, JSON.stringify({ ...draft, at: new Date().toISOString() }));
    } catch {
      // A full store keeps nothing more; the form itself still holds everything.
    }
  },

  drop: (user, entity, id) => localStorage.removeItem(place(user, entity, id) + tab),

  /** Offer orphans, newest first, to `take`, which returns whether it took one; what was taken is no orphan any more. */
  async adopt(user, entity, id, take) {
    const here = place(user, entity, id);
    const orphans = keys(here).map((key) => [key, read(key)]).filter(([key, draft]) => draft && key !== here + tab);
    for (const [key] of orphans.sort(([, a], [, b]) => b.at.localeCompare(a.at))) {
      await whenGone(key.slice(here.length), () => {
        const draft = read(key); // another tab may just have taken it
        if (draft && take(draft)) localStorage.removeItem(key);
      });
    }
  },
};
