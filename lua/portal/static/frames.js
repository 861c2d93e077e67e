// SPDX-License-Identifier: EUPL-1.2
// A tool in its frame may say how tall it is, and nothing else. Its page has no origin of its own, so a message is taken
// only from that very frame, with the ticket of the page that was put into it, in exactly this shape, and not too often.
// A tool that tries to go elsewhere, or to take what is typed into the page around it, is held back here.

const least = 120, most = 20000, perSecond = 20;

// So many a second and no more; beyond that a message is not even looked at.
function bucket() {
  let left = perSecond, last = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(perSecond, left + (now - last) * perSecond / 1000);
    last = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

function height(told, ticket) {
  const known = typeof told === 'object' && told !== null && Object.keys(told).sort().join() === 'height,interlink,nonce,type';
  return known && told.interlink === 1 && told.type === 'resize' && told.nonce === ticket && Number.isFinite(told.height)
    ? Math.ceil(Math.min(most, Math.max(least, told.height))) : 0;
}

function sizes(frame) {
  const ticket = frame.src.split('/')[4], allowed = bucket();
  addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || !allowed()) return;
    const wanted = height(event.data, ticket);
    if (wanted) frame.style.height = wanted + 'px';
  });
}

// The browser has refused to let the frame go where its page sent it, and shows a page of its own there.
function leaving(frame) {
  const said = frame.parentElement.querySelector('[data-left]');
  document.addEventListener('securitypolicyviolation', (event) => {
    if (event.effectiveDirective !== 'frame-src') return;
    frame.hidden = true;
    said.hidden = false;
  });
}

// Who is in the middle of writing here goes on writing here. A click or the Tab key leads into the tool as ever.
function writing(frame) {
  let written = 0, field = null;
  const leave = () => { field = null; };
  addEventListener('keydown', (event) => {
    field = event.key !== 'Tab' && event.target.matches('input, textarea') ? event.target : null;
    written = performance.now();
  }, true);
  for (const kind of ['pointermove', 'pointerdown']) addEventListener(kind, leave, true);
  addEventListener('blur', () => {
    if (!field || performance.now() - written > 1000) return;
    const back = field;
    setTimeout(() => { if (document.activeElement === frame) back.focus(); });
  });
}

export function frames(page) {
  for (const frame of page.querySelectorAll('iframe[data-view]')) for (const part of [sizes, leaving, writing]) part(frame);
}
