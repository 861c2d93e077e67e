// SPDX-License-Identifier: EUPL-1.2
// The main job as people do it: find a tool, open it in a task, use it together, see what happened. With the keyboard
// only at 320 px; with JavaScript off; and two people at the same poll, live.
import { strict as assert } from 'node:assert';
import { api, follow, run, signIn, startBrowser, startSite, tasksOf, toolFrame, visitor } from './support.mjs';

const site = await startSite();
const browser = await startBrowser();
const [anna, ...others] = site.people;
const ask = await api(site, anna);

// A project of its own for each test, with the first task of the guide and a second person.
async function freshProject(name, member) {
  const [guide] = (await ask('GET', '/guides')).items;
  const project = await ask('POST', '/processes', { name, guide: guide.id, language: 'en' });
  if (member) await ask('POST', `/processes/${project.id}/members`, { email: member.email, role: 'contributor' });
  const [task] = tasksOf((await ask('GET', `/processes/${project.id}/tree`)).nodes);
  return { project, task };
}

// ---- with the keyboard only

const focused = (page) => page.evaluate(() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const around = getComputedStyle(one.closest('.choice, .tile') ?? one);
  return {
    tag: one.tagName, id: one.id, type: one.type ?? '', name: one.name ?? '', value: one.value ?? '',
        href: one.getAttribute('href') ?? '',
    text: (one.innerText ?? '').trim(), height: box.height, inView: box.bottom > 0 && box.top < innerHeight,
    marked: style.outlineStyle !== 'none' || around.outlineStyle !== 'none' || style.boxShadow !== 'none'
      || getComputedStyle(one, '::after').outlineStyle !== 'none',
  };
});

// Press Tab until `wanted` says yes; every stop on the way must be seen.
async function tabTo(page, what, wanted) {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at.tag === 'BODY') continue;
    if (at.tag !== 'IFRAME') assert.ok(at.marked, `the focus is not seen on ${JSON.stringify(at)}`);
    if (wanted(at)) return at;
  }
  throw new Error(`${what} cannot be reached with the Tab key on ${page.url()}`);
}

async function press(page, what, wanted) {
  await tabTo(page, what, wanted);
  await follow(page, () => page.keyboard.press('Enter'));
}

async function keyboardOnly() {
  const { page, faults, close } = await visitor(browser, { width: 320, height: 700 });
  await page.goto(site.address);
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).href, '#main', 'the first stop skips to the content');
  await press(page, 'sign in', (at) => at.href === '/signin');
  await tabTo(page, 'the e-mail address', (at) => at.type === 'email');
  await page.keyboard.type(anna.email);
  await tabTo(page, 'the password', (at) => at.type === 'password');
  await page.keyboard.type(anna.password);
  await follow(page, () => page.keyboard.press('Enter'));

  // A project from a guide.
  await press(page, 'start a project', (at) => at.href === '/projects/new');
  await tabTo(page, 'the name', (at) => at.id === 'field-name');
  await page.keyboard.type('By keyboard');
  await press(page, 'create the project', (at) => at.tag === 'BUTTON' && at.text === 'Create the project');
  await press(page, 'the next task', (at) => at.href.startsWith('/tasks/'));

  // Begin the task, then a poll in it.
  await press(page, 'begin', (at) => at.tag === 'BUTTON' && at.text === 'Begin this task');
  assert.match(await page.$eval('h1 + .chip', (chip) => chip.textContent), /In progress/);
  const task = new URL(page.url()).pathname;
  await page.goto(`${site.address}/tools/poll`);
  await tabTo(page, 'the task', (at) => at.id === 'task');
  const option = await page.$eval(`option[value="${task.split('/')[2]}"]`, (one) => one.textContent);
  await page.keyboard.type(option.slice(0, 12));
  await page.select('#task', task.split('/')[2]);
  await press(page, 'use it there', (at) => at.tag === 'BUTTON' && at.text === 'Use it there');
  await tabTo(page, 'the question', (at) => at.name.endsWith('question'));
  await page.keyboard.type('Which day?');
  await tabTo(page, 'the first answer', (at) => at.tag === 'INPUT' && at.type === 'text' && at.name === '');
  await page.keyboard.type('Saturday');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Sunday');
  await press(page, 'add', (at) => at.tag === 'BUTTON' && at.text === 'Add it to the task');
  assert.match(new URL(page.url()).pathname, /^\/items\//);

  // Vote inside the frame: Tab leads into it.
  const frame = await toolFrame(page);
  await tabTo(page, 'the frame', (at) => at.tag === 'IFRAME');
  const inside = () => frame.evaluate(() => ({ type: document.activeElement.type,
      tag: document.activeElement.tagName }));
  for (let presses = 0; presses < 30
      && (await inside()).type !== 'radio'; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  for (let presses = 0; presses < 30
      && (await inside()).tag !== 'BUTTON'; presses += 1) await page.keyboard.press('Tab');
  await Promise.all([frame.waitForNavigation(), page.keyboard.press('Enter')]);

  // Done, and the log tells it.
  await page.goto(site.address + task);
  await press(page, 'done', (at) => at.tag === 'BUTTON' && at.text === 'Mark as done');
  assert.match(await page.$eval('h1 + .chip', (chip) => chip.textContent), /Done/);
  const project = await page.$eval('.crumbs li:nth-child(2) a', (link) => link.getAttribute('href'));
  await page.goto(`${site.address}${project}/activity`);
  assert.match(await page.$eval('.log', (log) => log.innerText), /voted in “Which day\?”/);
  assert.deepEqual(faults, []);
  await close();
}

// ---- without JavaScript

async function submit(page, selector, expected = 200) {
  const answer = await follow(page, () => page.click(selector));
  assert.equal(answer.status(), expected, page.url());
}

async function withoutScripts() {
  const { page, close } = await visitor(browser, { javascript: false });
  await signIn(page, site, anna);
  await page.goto(`${site.address}/tools`);
  await page.type('#search', 'poll');
  await submit(page, 'form[role=search] button');
  assert.ok((await page.$$('a[href="/tools/poll"]')).length > 0, 'the poll is found');
  const { project, task } = await freshProject('Without scripts', others[0]);
  await page.goto(`${site.address}/tasks/${task.id}/add/poll`);
  await page.type('[name="p.question"]', 'Which day?');
  await submit(page, 'main form .ds-button:not([data-variant])', 422);
  assert.ok(await page.$('[role=alert]'), 'a missing answer is told');
  assert.equal(await page.$eval('[name="p.question"]', (field) => field.value), 'Which day?', 'what was typed is kept');
  await page.type('textarea[name="p.options"]', 'Saturday\nSunday');
  await submit(page, 'main form .ds-button:not([data-variant])');
  const frame = await toolFrame(page);
  await frame.click('input[type=radio]');
  await Promise.all([frame.waitForNavigation(), frame.click('form button')]);
  assert.match(await frame.$eval('body', (body) => body.innerText), /1/);

  await page.goto(`${site.address}/tasks/${task.id}`);
  await submit(page, 'button[name=status][value=finished]');
  await page.goto(`${site.address}/projects/${project.id}/people`);
  await page.type('#field-email', 'new.neighbour@example.org');
  await submit(page, 'main form button');
  const link = await page.$eval('#invitation-url', (field) => field.value);
  await close();

  // The invited person comes in by the link.
  const guest = await visitor(browser, { javascript: false });
  await guest.page.goto(link);
  await guest.page.type('#field-name', 'Nora Newcomer');
  await guest.page.type('#field-password', 'four words and some more');
  await submit(guest.page, 'main form button');
  await guest.page.goto(`${site.address}/projects`);
  assert.match(await guest.page.$eval('main', (main) => main.innerText), /Without scripts/);
  await guest.close();

  // The other member reads about it.
  const bruno = await visitor(browser, { javascript: false });
  await signIn(bruno.page, site, others[0]);
  await bruno.page.goto(`${site.address}/messages`);
  const told = await bruno.page.$eval('main', (main) => main.innerText);
  assert.match(told, /Without scripts/);
  assert.match(told, /Which day\?/);
  await submit(bruno.page, 'main form button');
  assert.equal(await bruno.page.$('.unread'), null, 'all is read');
  await bruno.close();
}

// ---- two people, live

async function together() {
  const { task } = await freshProject('Together', others[0]);
  const item = await ask('POST', `/nodes/${task.id}/assets`, {
    interlinker: 'poll', name: 'Which day?', params: { question: 'Which day?', options: ['Saturday', 'Sunday'] },
  });
  const one = await visitor(browser), two = await visitor(browser);
  await signIn(one.page, site, anna);
  await signIn(two.page, site, others[0]);
  await Promise.all([one, two].map(({ page }) => page.goto(`${site.address}/items/${item.id}`)));
  const [first, second] = [await toolFrame(one.page), await toolFrame(two.page)];
  const result = (frame) => frame.$eval('main', (part) => part.innerText);
  const before = await result(second);
  await first.click('input[type=radio]');
  await Promise.all([first.waitForNavigation(), first.click('form button')]);
  await second.waitForFunction((old) => document.querySelector('main').innerText !== old, {}, before);
  const height = await two.page.$eval('iframe[data-view]', (frame) => frame.style.height);
  assert.match(height, /^\d+px$/, 'the frame is as tall as the tool says');

  // A message comes while the page is open.
  const unread = () => two.page.$eval('#unread', (badge) => (badge.hidden
      ? 0 : Number(badge.firstElementChild.textContent)));
  const count = await unread();
  await ask('POST', `/nodes/${task.id}/assets`, {
    interlinker: 'poll', name: 'Another', params: { question: 'Another?', options: ['Yes', 'No'] },
  });
  await two.page.waitForFunction((old) => Number(document.querySelector('#unread span').textContent) > old, {}, count);
  assert.ok(await two.page.$eval('#live', (region) => region.textContent.length > 0), 'it is read out');
  assert.deepEqual([...one.faults, ...two.faults], []);
  await one.close();
  await two.close();
}

const failed = await run({
  'the main job with the keyboard only at 320 px': keyboardOnly,
  'the main job with JavaScript off': withoutScripts,
  'two people at the same poll, live': together,
});
await browser.close();
await site.stop();
process.exit(failed ? 1 : 0);
