// SPDX-License-Identifier: EUPL-1.2
// A tool in its frame says how tall it is. The frame has no origin of its own, so the message is trusted for nothing
// but a number, and only when it comes from that very frame.

const least = 120, most = 20000;

export function frames(page) {
  const views = [...page.querySelectorAll('iframe[data-view]')];
  if (views.length === 0) return;
  addEventListener('message', (event) => {
    const frame = views.find((one) => one.contentWindow === event.source);
    const told = event.data;
    if (!frame || !told || told.interlink !== 1 || told.type !== 'resize' || !Number.isFinite(told.height)) return;
    frame.style.height = Math.ceil(Math.min(most, Math.max(least, told.height))) + 'px';
  });
}
