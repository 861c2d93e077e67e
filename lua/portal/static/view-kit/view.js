// SPDX-License-Identifier: EUPL-1.2
//
// What every view gets besides its own page. A page works without it; with it
//   - the frame grows with the page: {interlink: 1, type: "resize", height, nonce} goes to the page around it;
//   - what is marked data-live="TOPIC" (several with spaces between; none means "changed") is fetched again when the tool
//     publishes that topic: each such element needs an id. What somebody is typing, and where the focus is, stays;
//   - a changed element marked data-announce is read out.
(function () {
  "use strict";
  const root = (location.pathname.match(/^\/view\/[^/]+\//) || ["/"])[0];

  // ---- size ----

  // The page around takes so many messages a second at most, so the last size within a moment is the one that is sent.
  let height = 0, sending = 0;
  function send() {
    sending = 0;
    const now = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (now === height || window.parent === window) return;
    height = now;
    // To any origin: what is said is no secret, and the ticket was given to this page by the page around.
    window.parent.postMessage({ interlink: 1, type: "resize", height: now, nonce: root.split("/")[2] }, "*");
  }
  function resize() {
    if (!sending) sending = setTimeout(send, 100);
  }
  if (window.ResizeObserver) new ResizeObserver(resize).observe(document.documentElement);
  window.addEventListener("load", send);
  send();

  // The list of errors of a form is what to read first.
  const errors = document.querySelector(".errors[tabindex]");
  if (errors) errors.focus();

  // ---- live parts ----

  const live = Array.from(document.querySelectorAll("[data-live]"));
  if (!live.length || !window.EventSource) return;

  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  const ticks = (control) => control.type === "radio" || control.type === "checkbox";

  function changed(control) {
    if (ticks(control)) return control.checked !== control.defaultChecked;
    if (control.options) return Array.from(control.options).some((o) => o.selected !== o.defaultSelected);
    return control.value !== control.defaultValue;
  }

  function twin(control, place) {
    return Array.from(place.querySelectorAll("input, select, textarea, button, a")).find((other) =>
      other.tagName === control.tagName && other.type === control.type && other.name === control.name &&
      other.href === control.href && (!ticks(control) || other.value === control.value));
  }

  // Puts `fresh` where `old` is, with what was typed into `old` and the focus.
  function replace(old, fresh) {
    const typed = Array.from(old.querySelectorAll("input, select, textarea")).filter(changed);
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    for (const control of typed) {
      const other = twin(control, fresh);
      if (!other) continue;
      if (ticks(control)) other.checked = control.checked; else other.value = control.value;
    }
    old.replaceWith(fresh);
    const focus = active && ((active.id && document.getElementById(active.id)) || twin(active, fresh));
    if (focus) focus.focus({ preventScroll: true });
    const news = fresh.matches("[data-announce]") ? fresh : fresh.querySelector("[data-announce]");
    if (news) said.textContent = news.textContent.trim().replace(/\s+/g, " ");
  }

  const shown = new WeakMap(); // element: its text as it came
  function show(page) {
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = old.id && page.getElementById(old.id);
      // An element that is the same as before is left alone, so that nothing is read out twice.
      if (!fresh || (shown.get(old) || old.outerHTML) === fresh.outerHTML) continue;
      const copy = document.importNode(fresh, true);
      shown.set(copy, fresh.outerHTML);
      replace(old, copy);
    }
    resize();
  }

  let waiting = 0, busy = false, again = false;
  async function refresh() {
    waiting = 0;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { credentials: "omit", cache: "no-store", headers: { Accept: "text/html" } });
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      // Nothing is lost: the next message, or the person, loads the page again.
      console.warn("view: the page could not be fetched again", error);
    }
    busy = false;
    if (again) { again = false; soon(); }
  }
  // Votes come in bursts: one fetch for all that come within a moment.
  function soon() {
    if (!waiting) waiting = setTimeout(refresh, 100);
  }

  const topics = new Set(["message"]);
  for (const element of live) {
    for (const topic of (element.dataset.live || "changed").split(/\s+/)) topics.add(topic);
  }
  let opened = false;
  const source = new EventSource(root + "events"); // connects again by itself, waiting longer when the server says so
  for (const topic of topics) source.addEventListener(topic, soon);
  source.addEventListener("open", () => {
    if (opened) soon(); // something may have happened while the line was down
    opened = true;
  });
})();
