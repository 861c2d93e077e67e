// SPDX-License-Identifier: EUPL-1.2
// New messages, while the page is open: the number in the head changes and the text is announced once.

export function messages(page) {
  const live = page.getElementById('live');
  const badge = page.getElementById('unread');
  if (!live || !badge || !window.EventSource) return;
  const [shown, spoken] = badge.children;
  let count = Number(shown.textContent.replace(/\D/g, '')) || 0;
  const source = new EventSource('/api/v1/events');
  source.addEventListener('notification', (event) => {
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (message.read) return;
    count += 1;
    shown.textContent = String(count);
    spoken.textContent = badge.dataset.template.replace('{n}', String(count));
    badge.hidden = false;
    live.textContent = message.text || '';
  });
  // A browser keeps few connections to one site: a page that nobody looks at gives its own back.
  addEventListener('pagehide', () => source.close());
}
