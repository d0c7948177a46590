// In the page: a clock from the user's own input event to the first painted frame that shows the result, and the wire,
// which keeps what the server answers and can play it back from memory.
(() => {
  let run = null;
  const look = () => {
    if (!run || run.start === null) return;
    for (const [name, shows] of Object.entries(run.tests)) {
      if (run.seen[name] || !shows(run)) continue;
      const { seen, start, times, tests, done } = run;
      seen[name] = true;
      // The first callback runs before the frame with the result is painted, the second after it.
      requestAnimationFrame(() => requestAnimationFrame(() => {
        if (run?.seen !== seen) return;
        times[name] = performance.now() - start;
        if (Object.keys(times).length === Object.keys(tests).length) done(times);
      }));
    }
  };
  const begin = (start) => Object.assign(run, { start, seen: {}, times: {}, answered: false });
  const watch = (tests) => {
    run = { tests, start: null };
    run.result = new Promise((done) => (run.done = done));
  };
  const first = () => document.querySelector("tbody tr[aria-selected] a")?.getAttribute("href") ?? "";
  window.__clock = {
    first,
    /** Wait for an event of the user; the last of its type before the result is the one that counts. */
    arm: (type, tests) => {
      watch(tests);
      run.before = first();
      const heard = new AbortController();
      run.result.then(() => heard.abort());
      window.addEventListener(type, () => begin(performance.now()), { capture: true, once: type === "click", signal: heard.signal });
    },
    /** From the start of the navigation that made this page. */
    load: (tests) => (watch(tests), begin(0)),
    result: () => Promise.race([run.result, new Promise((_, no) => setTimeout(() => no(new Error("nothing seen within 20 s")), 20_000))]),
    /** For what is not timed. */
    until: async (shows) => {
      while (!shows()) await new Promise((go) => setTimeout(go, 30));
    },
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  // -- the wire --------------------------------------------------------------------------------------------------------

  const token = (frame) => /"token":(\d{6,})/.exec(frame)?.[1];
  const wire = (window.__wire = { log: [], script: null, opening: null, quietSince: 0, answers: 0 });
  const heard = (frame) => {
    wire.quietSince = performance.now();
    if (frame.includes('"is_hydrated_rx_state_":true')) wire.answers += 1;
    if (run && frame.includes('"rows_rx_state_"')) run.answered = true;
    setTimeout(look, 0);
  };
  /** What was answered to each frame that the page sent, from the last reset of the log on. */
  wire.groups = () => {
    const groups = [{ sent: "", frames: [] }];
    for (const [way, frame] of wire.log) {
      if (frame === "2" || frame === "3") continue; // the socket's own heartbeat
      if (way === ">") groups.push({ sent: frame, frames: [] });
      else groups.at(-1).frames.push(frame);
    }
    return groups;
  };
  const play = (group, sent, deliver) => {
    const [old, now] = [token(group.sent), token(sent)];
    const { port1, port2 } = new MessageChannel();
    // One task per frame, as from a real socket.
    port1.onmessage = ({ data }) => deliver(data);
    for (const frame of group.frames) port2.postMessage(old && now ? frame.replaceAll(old, now) : frame);
  };
  const Real = window.WebSocket;

  /** A real socket that keeps a log; while there is a script, events are answered from it and never leave the page. */
  class Kept extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => (wire.log.push(["<", data]), heard(data)));
    }
    send(data) {
      wire.quietSince = performance.now();
      if (wire.script && data.startsWith("42")) {
        play(wire.script.shift() ?? { sent: "", frames: [] }, data, (frame) => this.dispatchEvent(new MessageEvent("message", { data: frame })));
        return;
      }
      wire.log.push([">", data]);
      super.send(data);
    }
  }

  /** No socket at all: a whole visit out of memory. */
  class Memory {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      this.script = structuredClone(window.__visit);
      setTimeout(() => {
        this.readyState = 1;
        this.onopen?.({});
        this.answer("");
      });
    }
    answer(sent) {
      play(this.script.shift() ?? { sent: "", frames: [] }, sent, (data) => (this.onmessage?.({ data }), heard(data)));
    }
    send(data) {
      if (data !== "3") this.answer(data);
    }
    close() {}
  }
  window.WebSocket = window.__visit ? Memory : Kept;
})();
