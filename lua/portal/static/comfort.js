// SPDX-License-Identifier: EUPL-1.2
// Small conveniences: one box for each line of a list, copying a link, closing the account menu, errors first.

function split(area) {
  const box = document.createElement('div');
  const rows = document.createElement('div');
  rows.className = 'stack-s';
  const label = area.dataset.lineLabel;
  const add = (value, focus) => {
    const input = document.createElement('input');
    input.className = 'ds-input';
    input.type = 'text';
    input.value = value;
    input.setAttribute('aria-label', label.replace('#', String(rows.children.length + 1)));
    rows.append(input);
    if (focus) input.focus();
  };
  for (const line of area.value.split('\n').filter((text) => text.trim())) add(line);
  while (rows.children.length < 2) add('');
  const more = document.createElement('button');
  more.type = 'button';
  more.className = 'plain';
  more.textContent = '+ ' + area.dataset.lines;
  more.addEventListener('click', () => add('', true));
  const gather = () => { area.value = [...rows.children].map((input) => input.value.trim()).filter(Boolean).join('\n'); };
  rows.addEventListener('input', gather);
  rows.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const next = event.target.nextElementSibling;
    if (next) next.focus(); else add('', true);
  });
  // The label and the error list lead to the text area: now to its first line.
  const first = rows.firstElementChild;
  first.id = area.id;
  if (area.hasAttribute('aria-describedby')) first.setAttribute('aria-describedby',
      area.getAttribute('aria-describedby'));
  if (area.required) first.required = true;
  first.removeAttribute('aria-label');
  area.removeAttribute('id');
  area.hidden = true;
  area.required = false;
  area.dataset.split = '';
  box.append(rows, more);
  area.after(box);
}

function copying(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.done;
  });
}

function menu(details) {
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return;
    details.open = false;
    details.querySelector('summary').focus();
  });
  addEventListener('click', (event) => { if (!details.contains(event.target)) details.open = false; });
}

export function comfort(page) {
  page.querySelectorAll('textarea[data-lines]').forEach(split);
  page.querySelectorAll('[data-copy]').forEach(copying);
  page.querySelectorAll('details.menu').forEach(menu);
  page.getElementById('summary')?.focus();
}
