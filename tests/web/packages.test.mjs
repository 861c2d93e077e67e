// SPDX-License-Identifier: EUPL-1.2
// An administrator and a stranger's tool: bring it, read what it asks for, decide, take something back, update, go
// back. With the mouse and with JavaScript off; axe looks at every page on the way, wide and at 320 px.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strict as assert } from 'node:assert';
import { api, axeFaults, follow, run, signIn, startBrowser, startSite, visitor } from './support.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(join(tmpdir(), 'interlink-packages-'));
const site = await startSite();
const browser = await startBrowser();
const [anna] = site.people;
const ask = await api(site, anna);

// ---- what an author does

function interlink(...words) {
  const done = spawnSync(process.env.INTERLINK_BIN, ['plugin', ...words], { cwd: folder, encoding: 'utf8', input: '' });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

function signed(id, version, more = {}, author = 'berta') {
  const place = join(folder, `${id}-${version}`), file = `${place}.interlinker`;
  cpSync(join(root, 'examples/hello-lua'), place, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(place, 'interlinker.json'), 'utf8'));
  const name = Object.fromEntries(manifest.languages.map((code) => [code, `Tool ${id}`]));
  writeFileSync(join(place, 'interlinker.json'), JSON.stringify({ ...manifest, id, version, name, ...more }));
  interlink('pack', '--output', file, place);
  interlink('sign', '--key', `${author}-${id}.key`, file);
  return file;
}

// Each tool has an author of its own, whom nobody here knows.
for (const id of ['walk', 'plain', 'spoiled']) {
  for (const name of ['berta', 'carla']) interlink('keygen', '--no-password', `${name}-${id}`);
}

// ---- what the administrator does

async function looked(one, what) {
  for (const width of [320, 1280]) {
    await one.page.setViewport({ width, height: 900 });
    const wide = await one.page.evaluate(() => document.documentElement.scrollWidth
      - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${what}: ${wide} px too wide at ${width} px`);
    if (one.scripts) assert.deepEqual(await axeFaults(one.page), [], `${what}: axe at ${width} px`);
  }
}

const text = (page) => page.$eval('main', (main) => main.innerText);
const press = (page, words) => follow(page, async () => {
  const buttons = await page.$$('main button, main a.ds-button');
  for (const button of buttons) {
    if ((await button.evaluate((it) => it.innerText)).includes(words)) return button.click();
  }
  throw new Error(`there is no button "${words}" on ${page.url()}`);
});

async function bring(one, file) {
  await one.page.goto(`${site.address}/admin/plugins`);
  await press(one.page, 'Install a tool');
  assert.match(await text(one.page), /WebRTC/, 'the known limit is said before anything is chosen');
  await looked(one, 'the page that takes a package');
  await (await one.page.$('#field-package')).uploadFile(file);
  await (await one.page.$('#field-signature')).uploadFile(`${file}.minisig`);
  await press(one.page, 'Check the package');
}

const boxes = (page) => page.$$eval('fieldset input[type=checkbox]', (all) => all.map((one) => one.checked));
const installed = async (id) => (await ask('GET', '/plugins?limit=100')).items.find((one) => one.id === id);

async function journey(id, javascript) {
  const one = await visitor(browser, { javascript });
  one.scripts = javascript; // axe is one
  const { page } = one;
  await signIn(page, site, anna);
  await bring(one, signed(id, '1.0.0', {
    permissions: ['notify', 'person.name'], author: { name: 'Berta Roe' },
    data: { personal: ['names'], purpose: { en: 'To count who comes.' }, retention_days: 30 },
  }));
  assert.equal(new URL(page.url()).pathname, `/admin/packages/${id}`);
  const shown = await text(page);
  for (const words of ['Nothing of it runs', 'Berta Roe', 'First time', 'To count who comes.', '30 days', 'script in Lua',
    'It has not been run', 'WebRTC']) assert.ok(shown.includes(words), `the page should say "${words}":\n${shown}`);
  assert.ok(shown.indexOf('names of the people') < shown.indexOf('send messages'), 'the most harmful stands first');
  assert.deepEqual(await boxes(page), [false, false, false], 'nothing is ticked for anybody');
  await looked(one, 'the page to decide on');
  assert.equal(await installed(id), undefined, 'nothing is installed before the decision');
  await press(page, 'Try it in the jail');
  assert.match(await text(page), /It was run in the jail/);
  await page.click('[name="grant.documents"]');
  await page.click('[name="grant.notify"]');
  await press(page, `Install Tool ${id}`);
  assert.match(await text(page), /It is installed/);
  await looked(one, 'the list');
  const grants = Object.fromEntries((await installed(id)).grants.map((it) => [it.name, it.granted]));
  assert.deepEqual(grants, { 'person.name': false, notify: true, documents: true });
  return one;
}

async function takeBack(one, id) {
  const { page } = one;
  const mine = await page.evaluateHandle((action) => [...document.querySelectorAll(`form[action="${action}"]`)]
    .find((form) => form.querySelector('[name=permission]').value === 'notify').querySelector('button'),
  `/admin/plugins/${id}/permission`);
  assert.match(await mine.evaluate((button) => button.closest('li').innerText), /Not used yet/);
  await follow(page, () => mine.asElement().click());
  assert.match(await text(page), /Taken back/);
  assert.equal((await installed(id)).grants.find((it) => it.name === 'notify').granted, false);
}

async function update(one, id) {
  const { page } = one;
  await bring(one, signed(id, '1.1.0', { permissions: ['notify', 'person.name', 'publish'] }, 'carla'));
  const shown = await text(page);
  for (const words of ['Version 1.0.0 runs now', 'Another key signed this', 'New in this version',
    'Fingerprint of the key before']) assert.ok(shown.includes(words), `the page should say "${words}":\n${shown}`);
  await looked(one, 'the difference');
  await press(page, 'Update to version 1.1.0');
  assert.match(await text(page), /Say that the new key is right/);
  assert.equal((await installed(id)).version, '1.0.0', 'the old version goes on');
  await page.click('[name=new_key]');
  await press(page, 'Update to version 1.1.0');
  assert.equal((await installed(id)).version, '1.1.0');
}

async function back(one, id) {
  const { page } = one;
  await press(page, 'Go back to version 1.0.0');
  await looked(one, 'the way back');
  await press(page, 'Go back');
  assert.match(await text(page), /are back/);
  assert.equal((await installed(id)).version, '1.0.0');
}

// One of the buttons of a key.
const decide = (page, key, trust) => follow(page, async () => {
  const button = await page.evaluateHandle((wanted, value) => [...document.querySelectorAll('main form')]
    .find((form) => form.elements.key?.value === wanted).querySelector(`button[value="${value}"]`), key, trust);
  await button.asElement().click();
});

async function keys(one, id) {
  const { page } = one, { key } = (await installed(id)).author;
  await page.goto(`${site.address}/admin/keys`);
  await looked(one, 'the keys');
  await decide(page, key, 'distrusted');
  assert.equal((await installed(id)).refusal, 'distrusted');
  await page.goto(`${site.address}/admin/plugins`);
  assert.match(await text(page), /May not run/);
  await looked(one, 'the list with a tool that may not run');
  await page.goto(`${site.address}/admin/keys`);
  await decide(page, key, 'none');
  assert.equal((await installed(id)).refusal, '');
}

async function refused() {
  const one = await visitor(browser);
  one.scripts = true;
  await signIn(one.page, site, anna);
  const file = signed('spoiled', '1.0.0');
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(file, bytes);
  await bring(one, file);
  assert.match(await text(one.page), /it was changed or damaged on its way/);
  await looked(one, 'a refusal');
  await one.close();
}

async function whole(id, javascript) {
  const one = await journey(id, javascript);
  await takeBack(one, id);
  await update(one, id);
  await back(one, id);
  await keys(one, id);
  assert.deepEqual(one.faults.filter((fault) => !/40[39]|422/.test(fault)), [], 'no faults in the pages');
  await one.close();
}

const failed = await run({
  'a tool from its file to the way back': () => whole('walk', true),
  'the same with JavaScript off': () => whole('plain', false),
  'a file that was changed': refused,
});
await browser.close();
await site.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
