// SPDX-License-Identifier: EUPL-1.2
// hostile: what the tests of views need besides a site: evil.test, which notes whatever arrives; a door in front of the
// site, which notes what is asked of it; a page of a careless host, in which every attack must work; and a look into the
// browser's own notes of look-ups and connections.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

const FIXTURE = join(import.meta.dirname, 'hostile-view');

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

// evil.test: every name below it leads here (by the browser's --host-resolver-rules). hits: name -> how it came.
export async function startEvil() {
  const hits = new Map();
  const note = (host, how) => hits.set(String(host).split('.evil.')[0], how);
  const server = http.createServer((request, answer) => {
    note(request.headers.host, `${request.method} ${request.url}`);
    answer.writeHead(200, { 'Content-Type': 'text/html', 'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Private-Network': 'true' });
    answer.end('<h1>evil</h1>');
  });
  server.on('upgrade', (request, socket) => { note(request.headers.host, 'socket'); socket.destroy(); });
  // Whoever wants to speak TLS says in its first message to whom.
  server.on('clientError', (error, socket) => {
    const name = error.rawPacket?.toString('latin1').match(/([a-z-]+)\.evil\.test/);
    if (name) note(name[0], 'TLS');
    socket.destroy();
  });
  const port = await listen(server);
  const udp = createSocket('udp4');
  // STUN begins with two zero bits and has a magic number; what else comes by UDP here is QUIC.
  udp.on('message', (bytes) => note(bytes.length >= 20 && bytes.readUInt32BE(4) === 0x2112a442 ? 'web-rtc' : 'web-transport', 'UDP'));
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return { port, hits, stop() { udp.close(); server.closeAllConnections(); server.close(); } };
}

// In front of the site at `address`: passes everything on, both ways, and notes it.
export async function startDoor(address) {
  const asked = [];
  const server = http.createServer((request, answer) => {
    asked.push({ method: request.method, url: request.url, cookie: /interlink/.test(request.headers.cookie ?? ''),
      dest: request.headers['sec-fetch-dest'] });
    const on = http.request(address + request.url, { method: request.method, headers: request.headers, agent: false }, (from) => {
      answer.writeHead(from.statusCode, from.rawHeaders);
      from.pipe(answer);
      answer.on('close', () => from.destroy());
    });
    on.on('error', () => answer.destroy());
    request.pipe(on);
  });
  server.on('upgrade', (request, socket) => { asked.push({ method: 'UPGRADE', url: request.url }); socket.destroy(); });
  const port = await listen(server);
  return { address: `http://127.0.0.1:${port}`, asked, stop() { server.closeAllConnections(); server.close(); } };
}

const PAGE = `<!doctype html><title>A careless host</title><h1>Host</h1><input id="name" autofocus>
<script>
localStorage.setItem('secret', '1');
new BroadcastChannel('site').onmessage = (event) => document.body.append(event.data);
</script>
<iframe name="other" src="/quiet"></iframe><iframe data-view src="/view/t/" style="width:800px;height:400px" allow="camera; microphone;
geolocation; midi; fullscreen; clipboard-read; clipboard-write"></iframe>`;
const VIEW = '<!doctype html><title>Tool</title><h1>Hostile</h1><p>Attacks are started by the test.</p><script src="web/attacks.js"></script>';

// A host that does nothing for its safety: no sandbox, no policy, the tool's page on its own origin.
export async function startCareless() {
  const asked = [];
  const types = { js: 'text/javascript', html: 'text/html' };
  const server = http.createServer((request, answer) => {
    const { pathname } = new URL(request.url, 'http://x');
    asked.push({ method: request.method, url: request.url, cookie: /secret/.test(request.headers.cookie ?? '') });
    const file = pathname.match(/^\/view\/t\/web\/([a-z]+)\.(js)$/);
    answer.setHeader('Content-Type', file ? types[file[2]] : 'text/html');
    answer.setHeader('Set-Cookie', 'session=secret');
    answer.setHeader('Cache-Control', 'no-store');
    if (pathname === '/view/t/away') answer.writeHead(303, { Location: '/settings?attack=host-redirect' });
    if (file) answer.end(readFileSync(join(FIXTURE, 'web', `${file[1]}.${file[2]}`)));
    else answer.end(pathname === '/items' ? PAGE : pathname === '/view/t/' ? VIEW : '<title>other</title>');
  });
  server.on('upgrade', (request, socket) => { asked.push({ method: 'UPGRADE', url: request.url }); socket.destroy(); });
  const port = await listen(server);
  return { address: `http://127.0.0.1:${port}`, asked, stop() { server.closeAllConnections(); server.close(); } };
}

// Names below evil.test in the browser's own notes of its network (--log-net-log), whatever became of them.
export function notedNames(file) {
  const names = new Set();
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/([a-z-]+)\.evil\.(?:test|localhost)/g)) names.add(name);
  return names;
}
