// SPDX-License-Identifier: EUPL-1.2
// Every page, signed out and in, at three widths, light and dark: axe finds nothing, nothing breaks the content policy,
// nothing needs sideways scrolling, the language is right, the first view is light.
import { strict as assert } from 'node:assert';
import { api, axeFaults, run, signIn, startBrowser, startSite, tasksOf, visitor } from './support.mjs';

const site = await startSite();
const browser = await startBrowser();

// What the demonstration holds, so that each kind of page has something to show.
async function addresses() {
  const ask = await api(site, site.people[0]);
  const [project] = (await ask('GET', '/processes')).items;
  const tasks = tasksOf((await ask('GET', `/processes/${project.id}/tree`)).nodes);
  const task = tasks.find((one) => one.assets > 0) ?? tasks[0];
  const all = (await Promise.all(tasks.filter((one) => one.assets > 0).map((one) => ask('GET',
      `/nodes/${one.id}/assets`))))
    .flatMap((list) => list.items);
  // One of each sort: each tool once, a template, a link.
  const items = [...new Map(all.map((one) => [one.plugin ?? one.kind, one])).values()];
  const tools = (await ask('GET', '/interlinkers?limit=100')).items;
  const [guide] = (await ask('GET', '/guides')).items;
  const installed = tools.filter((one) => one.installed);
  assert.ok(items.length > 0 && installed.length > 0, 'the demonstration has a task with a tool inside');
  const open = ['/', '/tools', '/tools?search=survey', '/tools?search=zzzzzz', '/signin', '/help', '/accessibility',
      '/privacy',
    '/nowhere', `/guides/${guide.id}`, ...['plugin', 'template', 'link'].flatMap((kind) => {
      const one = tools.find((tool) => tool.kind === kind);
      return one ? [`/tools/${one.id}`] : [];
    })];
  const closed = ['/', '/tools', `/tools/${installed[0].id}`, '/projects', '/projects/new', `/projects/${project.id}`,
    `/projects/${project.id}/activity`, `/projects/${project.id}/people`, `/projects/${project.id}/edit`,
        `/tasks/${task.id}`,
    ...installed.map((one) => `/tasks/${task.id}/add/${one.id}`), ...items.map((one) => `/items/${one.id}`),
    ...items.filter((one) => one.plugin).map((one) => `/items/${one.id}?edit=1`),
    `/items/${items[0].id}/remove`, '/messages', '/admin/plugins', '/admin/install', '/admin/keys',
    '/settings'];
  return { open, closed };
}

async function check(one, path) {
  one.faults.length = 0;
  const answer = await one.page.goto(site.address + path, { waitUntil: 'load' });
  const expected = path === '/nowhere' ? 404 : 200;
  assert.equal(answer.status(), expected, path);
  const about = await one.page.evaluate(() => ({
    language: document.documentElement.lang, title: document.title, headings: document.querySelectorAll('h1').length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  const faults = one.faults.filter((text) => !(expected === 404 && /404/.test(text)));
  assert.deepEqual(faults, [], `${path}: faults in the page`);
  assert.equal(about.language, 'en', `${path}: language`);
  assert.equal(about.headings, 1, `${path}: one main heading`);
  assert.ok(about.wide <= 0, `${path}: ${about.wide} px too wide`);
  assert.deepEqual(await axeFaults(one.page), [], `${path}: axe`);
  return about.title;
}

async function checkAll(paths, person, look) {
  const one = await visitor(browser, look);
  try {
    if (person) await signIn(one.page, site, person);
    const titles = new Map();
    for (const path of paths) {
      const title = await check(one, path);
      const same = titles.get(title);
      assert.ok(!same || same.split('?')[0] === path.split('?')[0],
          `${path} and ${same} have the same title: ${title}`);
      titles.set(title, path);
    }
  } finally {
    await one.close();
  }
}

// Bytes over the wire of a first view, with an empty cache.
async function firstView(path, person) {
  const one = await visitor(browser);
  if (person) await signIn(one.page, site, person);
  const client = await one.page.createCDPSession();
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  const kinds = new Map(), sizes = { all: 0, script: 0 };
  client.on('Network.responseReceived', ({ requestId, type, response }) => {
    assert.ok(response.url.startsWith(site.address) || response.url.startsWith('data:'),
        `${response.url} is somebody else's`);
    kinds.set(requestId, type);
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    sizes.all += encodedDataLength;
    if (kinds.get(requestId) === 'Script') sizes.script += encodedDataLength;
  });
  await one.page.goto(site.address + path, { waitUntil: 'load' });
  await one.close();
  return sizes;
}

const tests = {};
const { open, closed } = await addresses();
for (const width of [320, 390, 1280]) {
  for (const dark of [false, true]) {
    const look = { width, dark };
    const name = `${width} px, ${dark ? 'dark' : 'light'}`;
    tests[`visitor, ${name}`] = () => checkAll(open, null, look);
    tests[`signed in, ${name}`] = () => checkAll(closed, site.people[0], look);
  }
}

tests['the first view is light'] = async () => {
  for (const [path, person] of [['/', null], ['/tools', null], [closed[5], site.people[0]]]) {
    const { all, script } = await firstView(path, person);
    console.log(`      ${path}: ${all} bytes, ${script} of them script`);
    assert.ok(all <= 50 * 1024, `${path} is ${all} bytes`);
    assert.ok(script <= 25 * 1024, `${path} has ${script} bytes of script`);
  }
};

tests['the page is in the language that was asked for'] = async () => {
  const one = await visitor(browser);
  for (const code of ['es', 'it', 'lv', 'nl', 'fr', 'de', 'en']) {
    await one.page.goto(`${site.address}/?lang=${code}`);
    await one.page.goto(`${site.address}/tools`);
    assert.equal(await one.page.evaluate(() => document.documentElement.lang), code, 'the choice stays');
    assert.deepEqual(await axeFaults(one.page), [], code);
  }
  await one.close();
};

const failed = await run(tests);
await browser.close();
await site.stop();
process.exit(failed ? 1 : 0);
