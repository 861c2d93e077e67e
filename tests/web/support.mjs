// SPDX-License-Identifier: EUPL-1.2
// support: a site with the demonstration on a free port, a browser, and small steps that tests are written with.
//
// INTERLINK_BIN: the program. WEB_MODULES: the folder that holds node_modules. CHROMIUM: /usr/bin/chromium if not
// given.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strict as assert } from 'node:assert';

const require = createRequire(join(process.env.WEB_MODULES ?? import.meta.dirname ?? '.', 'package.json'));
const puppeteer = require('puppeteer-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

function required(name) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
}

// Starts the program and waits until it says where it listens and who may sign in.
export async function startSite(more = []) {
  const folder = mkdtempSync(join(tmpdir(), 'interlink-web-'));
  const args = ['serve', '--demo', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--loops', '1', ...more];
  const child = spawn(required('INTERLINK_BIN'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '', errors = '';
  child.stderr.on('data', (text) => { errors += text; });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      said += text;
      if (/Ctrl\+C/.test(said)) resolve();
    });
    ended.then((code) => reject(new Error(`the program ended with ${code}:\n${said}\n${errors}`)));
  });
  await ready;
  const address = said.match(/http:\/\/127\.0\.0\.1:\d+/)[0];
  const password = said.match(/password "([^"]+)"/)[1];
  const people = [...said.matchAll(/^\s+(\S+@\S+)\s+(\S+)/gm)].map(([, email, name]) => ({ email, name, password }));
  assert.ok(people.length >= 4, `four people in:\n${said}`);
  return {
    address, people, data: join(folder, 'data'),
    errors: () => errors,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      assert.equal(code, 0, `the program should end well:\n${errors}`);
    },
  };
}

export async function startBrowser(more = []) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  assert.ok(existsSync(executablePath), `${executablePath} is not installed (Debian's package chromium)`);
  return puppeteer.launch({
    executablePath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--lang=en', ...more],
  });
}

// A fresh visitor, with everything that goes wrong in the page kept in `faults`.
export async function visitor(browser, { width = 1280, height = 900, dark = false, javascript = true } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const faults = [];
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.setExtraHTTPHeaders({ 'Accept-Language': 'en' });
  await page.setJavaScriptEnabled(javascript);
  page.setDefaultTimeout(20000);
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error'
        || /Content Security Policy/i.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  return { page, faults, close: () => context.close() };
}

export async function signIn(page, site, person) {
  await page.goto(`${site.address}/signin`);
  await page.type('#field-email', person.email);
  await page.type('#field-password', person.password);
  await follow(page, () => page.click('main form button'));
  assert.equal(new URL(page.url()).pathname, '/', 'signing in leads to the first page');
}

export async function follow(page, act) {
  const [answer] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), act()]);
  return answer;
}

// What axe finds in a page and in its frames.
export async function axeFaults(page) {
  const faults = [];
  for (const frame of page.frames()) {
    if (frame.url() === 'about:blank') continue;
    await frame.evaluate(axeSource);
    const found = await frame.evaluate(async (tags) => {
      const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags },
          resultTypes: ['violations'] });
      return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
    }, rules);
    faults.push(...found.map((one) => (frame === page.mainFrame() ? one : `in the frame: ${one}`)));
  }
  return faults;
}

// The API, as a script of a stranger would use it.
export async function api(site, person) {
  const call = async (method, path, body, token) => {
    const answer = await fetch(`${site.address}/api/v1${path}`, {
      method, body: body && JSON.stringify(body),
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...(token
          && { Authorization: `Bearer ${token}` }) },
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  const { token } = await call('POST', '/sessions', { email: person.email, password: person.password });
  return (method, path, body) => call(method, path, body, token);
}

// Until `condition` gives something true, which is returned.
export async function waitFor(condition, patience = 20000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain for ${condition}`);
    await new Promise((done) => { setTimeout(done, 20); });
  }
}

export function tasksOf(nodes) {
  return nodes.flatMap((node) => (node.kind === 'task' ? [node] : tasksOf(node.children)));
}

// Runs named tests one after the other; a failure of one does not hide the others.
export async function run(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    const start = Date.now();
    try {
      await test();
      console.log(`ok    ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replace(/\n/g, '\n      ')}`);
    }
  }
  return failed;
}

// The frame of a tool inside a page, once it has shown something.
export async function toolFrame(page) {
  const element = await page.waitForSelector('iframe[data-view]');
  const frame = await element.contentFrame();
  await frame.waitForSelector('main, form, h1, h2');
  return frame;
}
