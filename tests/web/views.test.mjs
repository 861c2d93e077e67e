// SPDX-License-Identifier: EUPL-1.2
// What a tool's page can do to the site around it, to other sites and to the person in front of it: nothing. Every attack
// of hostile-view is made twice: on a careless host, where it must work, or it would prove nothing; and here.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api, run, signIn, startBrowser, startSite, tasksOf, waitFor } from './support.mjs';
import { notedNames, startCareless, startDoor, startEvil } from './hostile.mjs';

const SETTLE = 2000; // ms after the last attack for what comes late
const DEVICES = ['geolocation', 'camera', 'microphone', 'clipboard-read', 'clipboard-write', 'clipboard-sanitized-write', 'notifications'];
const scratch = mkdtempSync(join(tmpdir(), 'interlink-views-'));
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// A browser whose person has allowed the site every device, with notes of its network in `notes`.
async function openWorld(name, host, around, before) {
  const evil = await startEvil();
  const notes = join(scratch, `${name}.json`);
  const browser = await startBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
    `--host-resolver-rules=MAP *.evil.test 127.0.0.1:${evil.port}`, `--log-net-log=${notes}`]);
  // Not a context of its own: browsers look nothing up ahead of need in those.
  const context = browser.defaultBrowserContext();
  await context.overridePermissions(host.address, DEVICES);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  await page.setGeolocation({ latitude: 56.9, longitude: 24.1 });
  await before(page);
  return { name, evil, notes, browser, context, page, host, around, found: new Map(), refused: new Map() };
}

async function openTool(world) {
  await world.page.goto(world.host.address + world.around, { waitUntil: 'load' });
  const element = await world.page.waitForSelector('iframe[data-view]');
  const frame = await element.contentFrame();
  await frame.waitForFunction(() => document.documentElement.dataset.attacks);
  await frame.evaluate((port) => { document.documentElement.dataset.port = port; }, world.evil.port);
  return { element, frame };
}

// The page around the tool, as far as the tool should have no say in it.
const look = (page) => page.evaluate(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const one of copy.querySelectorAll('iframe')) for (const name of ['style', 'src', 'hidden']) one.removeAttribute(name);
  copy.querySelectorAll('[data-left]').forEach((one) => one.remove());
  return `${location.href}\n${copy.outerHTML}`;
});

async function click({ page }, element, { button = 'left', key } = {}) {
  const box = await element.boundingBox();
  if (key) await page.keyboard.down(key);
  await page.mouse.click(box.x + 200, box.y + 60, { button });
  if (key) await page.keyboard.up(key);
}

// Nothing from a frame that is gone.
async function attributes(frame, prefix) {
  try {
    return await frame.evaluate((start) => Object.fromEntries([...document.documentElement.attributes]
      .filter((one) => one.name.startsWith(start)).map((one) => [one.name.slice(start.length), one.value])), prefix);
  } catch {
    return {};
  }
}

async function values(world, frame) {
  for (const [name, value] of Object.entries(await attributes(frame, 'data-got-'))) world.found.set(name, value);
  for (const [name, value] of Object.entries(await attributes(frame, 'data-refused-'))) world.refused.set(name, value);
}

// What can be seen of `one` by now, or undefined.
function sign(world, one) {
  const { name } = one;
  if (one.shows === 'evil') return world.evil.hits.get(name) ?? world.found.get(name);
  if (one.shows === 'host') {
    return world.host.asked.find(({ url }) => url.includes(`attack=${name}`) && !url.includes('/view/t/?'))?.url;
  }
  return world.found.get(name);
}

// Those that can be made side by side, with one click.
async function makeTogether(world, some, patience) {
  const { element, frame } = await openTool(world);
  const before = await look(world.page);
  await frame.evaluate((names) => { document.documentElement.dataset.attack = names; }, some.map((one) => one.name).join(' '));
  await click(world, element);
  await waitFor(async () => {
    await values(world, frame);
    return some.every((one) => sign(world, one));
  }, patience).catch(() => {});
  if (await look(world.page) !== before) world.found.set('around', 'changed by one of many');
}

// One with a page of its own.
// A page that nothing has happened to serves the next attack, too.
async function toolFor(world) {
  const { tool } = world;
  const same = tool && !world.careless && !tool.frame.detached && await tool.frame.evaluate(() => {
    document.querySelectorAll('a, input').forEach((one) => one.remove());
    return document.documentElement.hasAttribute('data-attacks');
  }).catch(() => false);
  if (!same || await look(world.page) !== world.before) {
    world.tool = await openTool(world);
    world.before = await look(world.page);
  }
  return world.tool;
}

// Starts it as the person would.
async function start(world, one, { element, frame }) {
  if (one.early) {
    await frame.evaluate((name) => { postMessage({ early: name }, '*'); }, one.name);
    await waitFor(() => frame.evaluate(() => document.querySelector('a, input')));
  } else {
    await frame.evaluate((name) => { document.documentElement.dataset.attack = name; }, one.name);
  }
  if (one.click !== false) await click(world, element, one);
}

async function makeAlone(world, one, patience) {
  const { page, context } = world;
  const tool = await toolFor(world);
  const see = (value, ...kinds) => world.found.set(kinds.includes(one.shows) ? one.name : `${one.name}: ${value}`, value);
  const dialog = (box) => { see(box.type(), 'dialog'); box.dismiss(); };
  const target = (opened) => { if (opened.type() === 'page' && !one.tab) see(`window ${opened.url()}`, 'window'); };
  page.on('dialog', dialog);
  context.on('targetcreated', target);
  await start(world, one, tool);
  await waitFor(async () => {
    await values(world, tool.frame);
    if (await look(page).catch(() => 'gone') !== world.before) see(`around ${page.url()}`, 'around', 'top');
    return sign(world, one);
  }, patience).catch(() => {});
  page.off('dialog', dialog);
  context.off('targetcreated', target);
  for (const other of await context.pages()) if (other !== page) await other.close();
}

// The person is in the middle of a word when the tool asks for the keys.
async function makeWhileTyping(world, one) {
  const { page } = world;
  const tool = await toolFor(world);
  const field = await page.$('input:not([type=hidden])');
  const typed = () => field.evaluate((input) => input.value);
  await field.evaluate((input) => { input.value = ''; input.focus(); });
  await page.keyboard.type('ab');
  await start(world, one, tool);
  await waitFor(() => field.evaluate((input) => document.activeElement === input), 1000).catch(() => {});
  await page.keyboard.type('cd');
  if (await typed() !== 'abcd') world.found.set(one.name, `only ${await typed()} stayed`);
}

async function makeAll(world, attacks, patience) {
  const together = attacks.filter((one) => !one.leaves && ['evil', 'host', 'value'].includes(one.shows));
  await makeTogether(world, together, patience.together);
  for (const one of attacks) {
    if (one.shows === 'focus') await makeWhileTyping(world, one);
    else if (!together.includes(one)) await makeAlone(world, one, patience.alone);
  }
}

// Ends the browser, which completes its notes.
async function closeWorld(world) {
  await world.browser.close();
  for (const name of notedNames(world.notes)) if (!world.evil.hits.has(name)) world.evil.hits.set(name, 'in the browser\'s notes');
  world.evil.stop();
  world.host.stop();
}

// ---- the site

const site = await startSite(['--dev']); // takes packages that nobody signed
execFileSync(process.env.INTERLINK_BIN, ['plugin', 'install', '--dev', '--data', site.data, process.env.HOSTILE_VIEW], { stdio: 'ignore' });
const [anna] = site.people;
const ask = await api(site, anna);
await waitFor(async () => (await ask('GET', '/plugins')).items.some((one) => one.id === 'hostile-view' && one.state === 'ready'));
const [project] = (await ask('GET', '/processes')).items;
const [task] = tasksOf((await ask('GET', `/processes/${project.id}/tree`)).nodes);
const item = await ask('POST', `/nodes/${task.id}/assets`, { interlinker: 'hostile-view', name: 'Hostile', params: {} });

async function openReal(name) {
  const door = await startDoor(site.address);
  return openWorld(name, door, `/items/${item.id}`, (page) => signIn(page, { address: door.address }, anna));
}

// ---- the matrix

let attacks;

async function everyAttackIsReal() {
  const careless = await startCareless();
  const world = await openWorld('careless', careless, '/items', (page) => page.goto(`${careless.address}/first`));
  world.careless = true;
  const { frame } = await openTool(world);
  attacks = JSON.parse(await frame.evaluate(() => document.documentElement.dataset.attacks));
  await makeAll(world, attacks, { together: 8000, alone: 5000 });
  await closeWorld(world);
  const idle = attacks.filter((one) => !sign(world, one)).map((one) => `${one.name}: ${world.refused.get(one.name) ?? 'nothing was seen of it'}`);
  assert.deepEqual(idle, [], 'attacks that do not even work on a careless host');
  console.log(`      ${attacks.length} attacks work on a careless host`);
}

// What the page around a tool and the tool itself have to ask for.
const ALLOWED = [/^\/(items|static)\//, /^\/api\/v1\/events$/, /^\/favicon\.ico$/, /^\/view-kit\//, /^\/files\/logos\/[\w-]+$/, /^\/view\/[\w-]{92}\//];

async function noAttackWorks() {
  const world = await openReal('real');
  const from = world.host.asked.length;
  await makeAll(world, attacks, { together: 3000, alone: 300 });
  await pause(SETTLE);
  await closeWorld(world);
  const limits = attacks.filter((one) => one.limit);
  const worked = attacks.filter((one) => sign(world, one) && !one.limit).map((one) => `${one.name}: ${sign(world, one)}`);
  assert.deepEqual(worked, [], 'attacks that worked');
  for (const { name } of limits) world.evil.hits.delete(name);
  assert.deepEqual([...world.evil.hits], [], 'what evil.test has seen, and what the browser noted of it');
  assert.deepEqual([...world.found], [], 'anything else');
  const asked = world.host.asked.slice(from);
  assert.deepEqual(asked.filter(({ url }) => !ALLOWED.some((one) => one.test(url))), [], 'what was asked of the site beyond the usual');
  assert.deepEqual(asked.filter(({ url, cookie, dest }) => cookie && url.startsWith('/view') && dest !== 'iframe'), [],
    'requests of a tool that carried the session');
  for (const one of limits) console.log(`      known limit, ${one.name}: ${one.limit}`);
  console.log(`      ${attacks.length - limits.length} attacks: 0 requests at evil.test, 0 connections or look-ups for it, ${asked.length} usual requests at the site`);
}

// ---- messages, leaving, downloads, addresses

const height = (world) => world.page.$eval('iframe[data-view]', (frame) => frame.style.height);

async function messagesAreChecked() {
  const world = await openReal('messages');
  const { frame } = await openTool(world);
  await waitFor(() => height(world));
  const usual = await height(world);
  const ticket = new URL(frame.url()).pathname.split('/')[2];
  const right = { interlink: 1, type: 'resize', height: 777, nonce: ticket };
  const wrong = [
    { ...right, nonce: undefined }, { ...right, nonce: 'AAAA' }, { ...right, nonce: [ticket] }, { ...right, interlink: '1' },
    { ...right, interlink: 2 }, { ...right, type: 'go' }, { ...right, height: '777' }, { ...right, height: null },
    { ...right, height: 1 / 0 }, { ...right, height: NaN }, { ...right, more: 'x'.repeat(10 << 20) }, { ...right, __proto__: 1, also: 1 },
    [right], [1, 'resize', 777, ticket], 'resize', 777, null, { interlink: 1, type: 'resize', nonce: ticket },
  ];
  // One after the other, each long enough after the last for its turn.
  for (const one of wrong) {
    await frame.evaluate((message) => { parent.postMessage(message, '*'); }, one);
    await pause(60);
  }
  assert.equal(await height(world), usual, 'after messages of a wrong shape');
  // Right in every way, but from another window: the page itself, and a frame inside it that is no tool.
  await world.page.evaluate((message) => { postMessage(message, '*'); }, right);
  await world.page.evaluate((message) => {
    const other = document.createElement('iframe');
    document.body.append(other);
    other.contentWindow.parent.postMessage.call(other.contentWindow.parent, message, '*');
    other.remove();
  }, right);
  await pause(100);
  assert.equal(await height(world), usual, 'after a message of somebody else');
  for (const [asked, given] of [[1e9, '20000px'], [-5, '120px'], [432.1, '433px']]) {
    await frame.evaluate((message) => { parent.postMessage(message, '*'); }, { ...right, height: asked });
    await waitFor(async () => await height(world) === given, 5000);
  }
  await world.browser.close();
  world.evil.stop();
  world.host.stop();
}

async function aFloodIsNotLookedAt() {
  const world = await openReal('flood');
  const { frame } = await openTool(world);
  await world.page.$eval('iframe[data-view]', (one) => {
    window.changes = 0;
    new MutationObserver((all) => { window.changes += all.length; }).observe(one, { attributes: true, attributeFilter: ['style'] });
  });
  const ticket = new URL(frame.url()).pathname.split('/')[2];
  // 3,000 messages in three seconds, each another height, each right in itself.
  const seconds = await frame.evaluate((nonce) => new Promise((done) => {
    const begin = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      for (const due = performance.now() - begin; sent < Math.min(3000, due); sent += 1) {
        parent.postMessage({ interlink: 1, type: 'resize', height: 300 + sent % 100, nonce }, '*');
      }
      if (sent < 3000) return;
      clearInterval(timer);
      done((performance.now() - begin) / 1000);
    }, 10);
  }), ticket);
  const changes = await world.page.evaluate(() => window.changes);
  console.log(`      3000 messages in ${seconds.toFixed(1)} s: ${changes} were followed`);
  assert.ok(changes <= 20 * (seconds + 2), `${changes} changes in ${seconds} s`);
  await world.page.type('#field-name', 'still there');
  assert.match(await world.page.$eval('#field-name', (field) => field.value), /still there/);
  await frame.evaluate((nonce) => new Promise((done) => {
    setTimeout(() => { parent.postMessage({ interlink: 1, type: 'resize', height: 555, nonce }, '*'); done(); }, 500);
  }), ticket);
  await waitFor(async () => await height(world) === '555px', 5000);
  await world.browser.close();
  world.evil.stop();
  world.host.stop();
}

async function whoTriesToLeaveIsStopped() {
  const world = await openReal('leaving');
  const { page } = world;
  const words = new Set();
  for (const language of ['en', 'es', 'it', 'lv', 'nl', 'fr', 'de']) {
    await page.goto(`${world.host.address}/items/${item.id}?lang=${language}`, { waitUntil: 'load' });
    const frame = await (await page.waitForSelector('iframe[data-view]')).contentFrame();
    await frame.waitForFunction(() => document.documentElement.dataset.attacks);
    assert.equal(await page.$eval('[data-left]', (box) => box.getBoundingClientRect().height), 0, 'nothing is said before');
    await frame.evaluate(() => { location = 'http://self-location.evil.test/'; }).catch(() => {});
    await page.waitForSelector('[data-left]', { visible: true });
    words.add(await page.$eval('[data-left]', (box) => box.innerText));
    assert.equal(await page.$eval('iframe[data-view]', (one) => one.getBoundingClientRect().height), 0, 'the browser\'s own page is hidden');
  }
  assert.equal(words.size, 7, [...words].join('\n'));
  assert.ok(![...words].some((text) => text.includes('item.left')));
  await Promise.all([page.waitForNavigation(), page.click('[data-left] a')]);
  const again = await (await page.waitForSelector('iframe[data-view]')).contentFrame();
  await again.waitForFunction(() => document.documentElement.dataset.attacks);
  await closeWorld(world);
  assert.deepEqual([...world.evil.hits], []);
}

async function whatIsWrittenIntoThePageIsHarmless() {
  const world = await openReal('markup');
  const { frame } = await openTool(world);
  await frame.evaluate(() => { location = new URL('markup', location.href); });
  const shown = await waitFor(async () => {
    const inner = world.page.frames().find((one) => one.url().endsWith('/markup'));
    return inner && inner.$eval('#markup', (one) => one.textContent).catch(() => undefined);
  });
  await pause(500);
  assert.equal(shown, 'whole');
  await closeWorld(world);
  assert.deepEqual([...world.evil.hits], []);
}

async function filesCanStillBeSaved() {
  const world = await openReal('file');
  const client = await world.browser.target().createCDPSession();
  await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: scratch });
  const { element, frame } = await openTool(world);
  await frame.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'file', download: '', textContent: 'Save' });
    Object.assign(link.style, { position: 'fixed', inset: '0' });
    document.body.append(link);
  });
  await click(world, element);
  await waitFor(() => readdirSync(scratch).includes('table.csv'));
  await world.browser.close();
  world.evil.stop();
  world.host.stop();
}

async function anAddressAloneOpensNothing() {
  const world = await openReal('alone');
  const { page } = world;
  const { frame } = await openTool(world);
  const address = frame.url();
  for (const url of [address, `${address}json`, `${address}nowhere`]) {
    const answer = await page.goto(url);
    assert.equal(answer.status(), 403, url);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.attacks), undefined, 'nothing of the tool runs');
    assert.match(await page.evaluate(() => document.body.innerText), /task/, 'it says where to go');
  }
  // A file of the package that is opened by itself: in a sandbox, without the session.
  const answer = await page.goto(`${address}web/attacks.js`);
  assert.equal(answer.status(), 403);
  await world.browser.close();
  world.evil.stop();
  world.host.stop();
}

const tests = {
  'every attack works on a careless host': everyAttackIsReal,
  'no attack works here': noAttackWorks,
  'what is written into the page is harmless': whatIsWrittenIntoThePageIsHarmless,
  'messages are checked': messagesAreChecked,
  'a flood of messages is not looked at': aFloodIsNotLookedAt,
  'who tries to leave is stopped, and it is said': whoTriesToLeaveIsStopped,
  'files can still be saved': filesCanStillBeSaved,
  'an address alone opens nothing': anAddressAloneOpensNothing,
};
const chosen = process.argv[2] ? Object.fromEntries(Object.entries(tests).filter(([name]) => new RegExp(process.argv[2]).test(name))) : tests;
const failed = await run(chosen);
await site.stop();
rmSync(scratch, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
