/* SPDX-License-Identifier: MIT */
/* All there is to know on one page: the first ten minutes, the words, the keys, the bookmark, and how scripts do the same. */
import { append, h } from '../dom.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { shortcuts } from '../shortcuts.js';
import { copyButton } from '../components/copy.js';
import { icon } from '../components/icon.js';
import { card, pageHead } from '../components/page.js';
import { toast } from '../components/toast.js';

const STEPS = [['link', '/new'], ['places', '/fan-out'], ['print', '/links'], ['watch', '/clicks']];
const TERMS = {
  links: ['link', 'code', 'alias', 'target', 'campaign', 'channel', 'tag', 'owner'],
  clicks: ['click', 'pv', 'uv', 'scans', 'source', 'app', 'scene', 'repeat'],
  classes: ['human', 'bot', 'preview', 'prefetch', 'head', 'replay', 'duplicate'],
  ledger: ['ledger', 'balance', 'outcome', 'visitor'],
};
const SECTIONS = ['start', 'words', 'keys', 'bookmark', 'api'];

/** A part of the page, with an address of its own. */
function section(name, ...children) {
  const part = card({ title: t(`help.${name}`) }, children);
  part.id = `help-${name}`;
  return part;
}

function steps() {
  return h('ol', { class: 'help-steps' }, STEPS.map(([name, path]) => h('li', null,
    h('h3', null, h('a', { href: href(path) }, t(`help.step.${name}`))), h('p', null, t(`help.step.${name}_text`)))));
}

function terms() {
  return Object.entries(TERMS).map(([group, names]) => h('div', { class: 'help-words' }, h('h3', null, t(`help.words.${group}`)),
    h('dl', { class: 'facts' }, names.map((name) => h('div', null, h('dt', { class: 'strong' }, t(`help.word.${name}`)), h('dd', null, t(`help.word.${name}_text`)))))));
}

function key(words) {
  return words.split(' ').map((one) => h('kbd', null, one));
}

function keys() {
  const rows = [...shortcuts().map((row) => [key(row.keys), row.label()]), [[h('kbd', null, 'Ctrl'), h('kbd', null, 'Enter')], t('help.key.send')],
    [key('j k'), t('help.key.rows')], [key('x'), t('help.key.tick')], [key('Shift'), t('help.key.range')]];
  return h('dl', { class: 'keys help-keys' }, rows.map(([names, label]) => h('div', null, h('dt', null, names), h('dd', null, label))));
}

/** What the bookmark runs: the page that is open becomes the target of a new link. */
function bookmarkCode() {
  const to = `${location.origin}${href('/new')}`;
  return `javascript:void(open('${to}?url='+encodeURIComponent(location.href)+'&title='+encodeURIComponent(document.title)))`;
}

function bookmark() {
  const code = bookmarkCode();
  return h('div', { class: 'stack' }, h('p', null, t('help.bookmark_text')),
    h('div', { class: 'row' },
      h('a', { class: 'button', href: code, draggable: 'true', on: { click: (event) => { event.preventDefault(); toast(t('help.bookmark_drag')); } } }, icon('link'), t('help.bookmark_name')),
      copyButton(() => code, { kind: 'plain', label: t('help.bookmark_copy') })),
    h('p', { class: 'soft small' }, t('help.bookmark_by_hand')));
}

function example() {
  const call = `curl -X POST ${location.origin}/api/v1/links \\\n  -H 'Authorization: Bearer lp_…' -H 'Content-Type: application/json' \\\n  -d '{"url": "https://www.example.com/", "channel": "${t('help.api_channel')}"}'`;
  return h('div', { class: 'stack' }, h('p', null, t('help.api_text')), h('pre', { class: 'help-code', tabindex: '0', 'aria-label': t('help.api_example') }, h('code', null, call)),
    h('div', null, copyButton(() => call, { kind: 'small' })), h('p', { class: 'soft small' }, t('help.api_more')));
}

export async function show(view) {
  view.setTitle(t('help.title'));
  append(view.el, pageHead({ title: t('help.title'), lead: t('help.lead') }),
    h('nav', { class: 'row help-index', 'aria-label': t('help.index') }, SECTIONS.map((name) => h('a', {
      class: 'button small', href: `#help-${name}`, on: { click: (event) => { event.preventDefault(); document.getElementById(`help-${name}`).scrollIntoView(); } },
    }, t(`help.${name}`)))),
    h('div', { class: 'stack help-page' }, section('start', steps()), section('words', h('div', { class: 'stack' }, terms())), section('keys', keys()),
      section('bookmark', bookmark()), section('api', example())));
}
