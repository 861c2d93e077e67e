// SPDX-License-Identifier: EUPL-1.2
// Texts that are scripts where nobody escapes them, stored in everything that people can write, and looked at in every page that
// shows it. The pages' policies are switched off in the browser, so that escaping stands alone.
//
//   node xss.test.mjs [N]   only every Nth text
import { strict as assert } from 'node:assert';
import { api, run, signIn, startBrowser, startSite, tasksOf, visitor, waitFor } from './support.mjs';
import { careless, payloads } from './payloads.mjs';

const EVERY = Number(process.argv[2] ?? 1);
const ALL = payloads().filter((_, i) => i % EVERY === 0);
const site = await startSite();
const browser = await startBrowser();
const [anna] = site.people;
const ask = await api(site, anna);

// ---- what it is that is stored

async function theyAreReal() {
  const tried = ALL.filter((one) => careless(one, 0));
  const page = await browser.newPage();
  page.on('dialog', (dialog) => dialog.dismiss()); // of a window that the text made itself
  const real = new Set();
  for (let from = 0; from < tried.length; from += 100) {
    await page.goto('about:blank');
    const hits = await page.evaluate(async (texts) => {
      const hits = new Set();
      window.hit = (i) => hits.add(i);
      await Promise.all(texts.map((text) => new Promise((done) => {
        const frame = document.createElement('iframe');
        frame.onload = done;
        setTimeout(done, 3000);
        frame.srcdoc = text;
        document.body.append(frame);
      })));
      await new Promise((done) => { setTimeout(done, 200); });
      return [...hits];
    }, tried.slice(from, from + 100).map((one, i) => careless(one, from + i)));
    hits.forEach((i) => real.add(i));
  }
  await page.close();
  console.log(`      ${real.size} of ${tried.length} run in a page that escapes nothing`);
  if (process.env.SHOW_IDLE) tried.forEach((one, i) => { if (!real.has(i)) console.log(JSON.stringify(one)); });
  assert.ok(payloads().length >= 2000, `${payloads().length} texts`);
  assert.ok(real.size >= tried.length * 0.6, 'most of them are real');
}

// ---- where it is stored

const list = (texts) => texts.map(({ text }) => `* ${text.replaceAll('\n', '\n  ')}\n\n`);

function fill(texts, limit) {
  let whole = '', taken = 0;
  for (const line of list(texts)) {
    if (whole.length + line.length > limit) break;
    whole += line;
    taken += 1;
  }
  return [whole, taken];
}

// Each text in a name, in Markdown, and in a tool: as many projects as that takes.
async function store() {
  const [guide] = (await ask('GET', '/guides')).items;
  const named = ALL.filter(({ text }) => text.trim() === text && !/[\0-\x1f]/.test(text));
  const short = named.filter(({ text }) => text.length <= 120);
  let name = 0, markdown = 0, option = 0;
  const stored = [];
  while (name < named.length || markdown < ALL.length || option < short.length) {
    const next = () => named[name++ % named.length].text;
    const [description, used] = fill(ALL.slice(markdown), 4900);
    markdown += used;
    const project = await ask('POST', '/processes', { name: next(), guide: guide.id, language: 'en', description });
    const { nodes } = await ask('GET', `/processes/${project.id}/tree`);
    const all = nodes.flatMap(function walk(node) { return [node, ...node.children.flatMap(walk)]; });
    for (const node of all) {
      const [text, more] = fill(ALL.slice(markdown), 4000);
      markdown += more;
      await ask('PATCH', `/nodes/${node.id}`, { name: next(), ...(text && { description: text }) });
    }
    const tasks = tasksOf(nodes);
    const polls = [];
    for (const task of tasks) {
      const options = short.slice(option, option + 12).map(({ text }) => text);
      option += 12;
      if (options.length < 2) break;
      polls.push(await ask('POST', `/nodes/${task.id}/assets`, { interlinker: 'poll', name: next(), params: { question: `Q ${next()}`.slice(0, 200), options } }));
    }
    stored.push({ project: project.id, tasks: tasks.map(({ id }) => id), polls: polls.map(({ id }) => id) });
  }
  console.log(`      ${named.length} texts in names, ${ALL.length} in Markdown, ${short.length} in polls: ${stored.length} projects`);
  return stored;
}

// ---- what is looked for

// Anything in a document that only a text that came through as HTML could have put there.
function strange() {
  const found = [];
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) found.push(`${element.tagName} ${name}=${value}`);
      if (/^(href|src|action|formaction|data|xlink:href|srcdoc)$/i.test(name) && /^[\s\0-\x20]*(javascript|vbscript|data:text)/i.test(value)) found.push(`${element.tagName} ${name}=${value}`);
    }
    if (/^(object|embed|marquee|math|audio|video|style|base)$/i.test(element.tagName)) found.push(element.outerHTML.slice(0, 100));
    if (element.tagName === 'SCRIPT' && !/^\/(static|view-kit)\//.test(element.getAttribute('src') ?? '')) found.push(element.outerHTML.slice(0, 100));
    if (element.tagName === 'IFRAME' && !element.hasAttribute('data-view')) found.push(element.outerHTML.slice(0, 100));
  }
  return found;
}

async function nothingRuns() {
  const { page, close } = await visitor(browser);
  const alerts = [], odd = [];
  let pages = 0, frames = 0;
  page.on('dialog', async (dialog) => { alerts.push(`${dialog.type()} on ${page.url()}`); await dialog.dismiss(); });
  await page.setBypassCSP(true);
  await signIn(page, site, anna);
  const look = async (path) => {
    const answer = await page.goto(`${site.address}${path}`, { waitUntil: 'load' });
    assert.ok(answer.status() < 400, `${path}: ${answer.status()}`);
    pages += 1;
    if (await page.$('iframe[data-view]')) {
      await waitFor(() => page.frames().some((one) => one !== page.mainFrame() && one.url().includes('/view/')));
      frames += 1;
    }
    for (const frame of page.frames()) odd.push(...(await frame.evaluate(strange)).map((one) => `${path}: ${one}`));
  };
  // The control: what this looks for is seen where it is.
  await page.setContent('<img src=x onerror=alert(1)><a href="javascript:x">x</a>');
  await waitFor(() => alerts.length === 1);
  assert.equal((await page.evaluate(strange)).length, 2);
  alerts.length = 0;
  for (const { project, tasks, polls } of await store()) {
    for (const path of [`/projects/${project}`, `/projects/${project}/edit`, `/projects/${project}/activity`, `/projects/${project}/people`]) await look(path);
    for (const task of tasks) await look(`/tasks/${task}`);
    for (const poll of polls) await look(`/items/${poll}`);
    if (polls.length) await look(`/items/${polls[0]}/remove`);
  }
  for (const path of ['/', '/projects', '/messages']) await look(path);
  await close();
  console.log(`      ${pages} pages, ${frames} of them with a tool: ${alerts.length} scripts ran`);
  assert.deepEqual(alerts, [], 'scripts that ran');
  assert.deepEqual(odd.slice(0, 20), [], 'what came through as HTML');
}

const failed = await run({ 'the texts are real': theyAreReal, 'nothing of them runs': nothingRuns });
await browser.close();
await site.stop();
process.exit(failed ? 1 : 0);
