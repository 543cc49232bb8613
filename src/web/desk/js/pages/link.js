/* SPDX-License-Identifier: MIT */
/* One link: what it is, how it does, and that every request to it is accounted for. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { date, dateTime, number } from '../format.js';
import { loadWords, t } from '../i18n.js';
import { breakableName, linkHref, shortName, stateBadge, warningTexts } from '../link.js';
import { go, href } from '../router.js';
import { can } from '../session.js';
import { shortcut } from '../shortcuts.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { copyButton, copyText } from '../components/copy.js';
import { menu } from '../components/menu.js';
import { card, notice, pageHead } from '../components/page.js';
import { qrDownloads, qrImage } from '../components/qr.js';
import { fail, toast } from '../components/toast.js';
import { liveSection } from './link-live.js';
import { moveToBin, patchLink, restore } from './links-actions.js';
import { reportView } from './report-view.js';

/* What every click of one link has in common. */
const OF_THE_LINK = ['campaign', 'tag', 'owner', 'domain', 'target'];

function fact(word, value) {
  return value !== null && value !== undefined && value !== '' && value !== false && h('div', null, h('dt', null, t(word)), h('dd', { class: 'any-break' }, value));
}

function filterLink(name, value) {
  return value && h('a', { href: href('/links', { [name]: value }) }, valueName(name, value));
}

function validity(link) {
  if (!link.valid_from && !link.valid_until) {
    return t('link.always');
  }
  return t('link.from_to', { from: link.valid_from ? dateTime(link.valid_from) : '…', to: link.valid_until ? dateTime(link.valid_until) : '…' });
}

function facts(link) {
  const utm = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'utm_id'].filter((name) => link[name]);
  return h('dl', { class: 'facts' },
    fact('link.target', h('a', { href: link.url, target: '_blank', rel: 'noopener noreferrer' }, link.url)),
    fact('links.campaign', filterLink('campaign', link.campaign)),
    fact('links.channel', filterLink('channel', link.channel)),
    fact('links.tag', link.tags.length > 0 && h('span', { class: 'row tags' }, link.tags.map((tag) => h('a', { class: 'tag', href: href('/links', { tag }) }, tag)))),
    fact('links.owner', filterLink('owner', link.owner)),
    fact('create.customer', link.customer),
    utm.length > 0 && fact('create.utm', h('ul', { class: 'utm-list' }, utm.map((name) => h('li', null, h('code', null, `${name}=${link[name]}`))))),
    fact('link.validity', validity(link)),
    fact('create.max_clicks', link.max_clicks === null ? null : number(link.max_clicks)),
    fact('create.fallback', link.fallback_url),
    fact('link.code', h('code', null, link.code)),
    link.aliases.length > 1 && fact('link.aliases', link.aliases.join(' · ')),
    fact('create.external_id', link.external_id),
    fact('link.counts', t('link.counts_text', { clicks: number(link.counts.clicks), visitors: number(link.counts.visitors), scans: number(link.counts.scans) })),
    fact('link.last', link.counts.last_at ? dateTime(link.counts.last_at) : t('link.never')),
    fact('link.created', `${dateTime(link.created_at)}${link.created_by ? ` · ${link.created_by}` : ''}`),
    fact('link.updated', dateTime(link.updated_at)),
    fact('create.notes', link.notes && h('span', { class: 'notes' }, link.notes)));
}

function actions(link, changed) {
  const write = can('links:write');
  const patch = (set, word) => patchLink(link, set, t(word)).then(changed, fail);
  if (link.deleted_at) {
    return write ? [button(t('links.restore'), { kind: 'main', icon: 'restore', run: () => restore(link).then(changed, fail) })] : [];
  }
  const rows = () => [
    { text: t(link.enabled ? 'links.disable' : 'links.enable'), icon: link.enabled ? 'close' : 'check', run: () => patch({ enabled: !link.enabled }, link.enabled ? 'links.disabled_now' : 'links.enabled_now') },
    { text: t(link.archived ? 'links.unarchive' : 'links.archive'), icon: 'archive', run: () => patch({ archived: !link.archived }, link.archived ? 'links.unarchived' : 'links.archived_now') },
    { text: t('links.copy_of'), icon: 'layers', href: href('/new', { url: link.url, campaign: link.campaign, tags: link.tags.join(',') }) },
    null,
    { text: t('links.bin'), icon: 'trash', kind: 'bad', run: () => moveToBin(link, (after) => (after ? changed(after) : go('/links'))) },
  ];
  return [
    copyButton(() => link.short_url, { kind: 'main', label: t('create.copy') }),
    write && button(t('links.edit'), { icon: 'edit', href: linkHref(link, '/edit') }),
    write && menu(button(t('links.actions'), { icon: 'more', iconOnly: true }), rows),
  ];
}

/** The code with what can be done with it. */
function qrCard(link) {
  const place = h('div', { class: 'stack tight' });
  const draw = () => replace(place, qrImage(link), h('div', { class: 'row' }, qrDownloads(link, 'small', draw)),
    h('p', { class: 'soft small' }, t('qr.note')));
  draw();
  return card({ title: t('qr.title'), cls: 'qr-card' }, place);
}

/** What became of its targets, of the days that `state()` says. */
async function targetsOf(view, link, state) {
  const [{ targetsReport }, { periodOf }] = await Promise.all([import('./targets-report.js'), import('./targets.js'), loadWords(['targets'])]);
  return targetsReport({ signal: view.signal, link, groups: ['target', 'channel', 'staff'], conditions: () => ({ ...periodOf(state()) }) });
}

export async function show(view) {
  const path = `/links/${api.segment(view.params.ref)}`;
  let [link] = await Promise.all([api.get(path, null, { signal: view.signal }), ...['campaign', 'channel', 'owner'].map((dim) => loadNames(dim, []))]);
  const about = h('div', { class: 'link-page' });
  const live = await liveSection(view, link);
  const targets = can('stats:read') && link.targets_summary && await targetsOf(view, link, () => report.state());
  const report = can('stats:read') && reportView(view, { base: { link: link.id }, hide: OF_THE_LINK, middle: h('div', { class: 'stack' }, targets && targets.element, about), onState: () => targets && targets.load() });
  if (targets) {
    await targets.load(); // so that it has its height
  }
  const changed = (after) => {
    link = after;
    draw();
  };
  const draw = () => {
    view.setTitle(link.title || shortName(link));
    replace(view.el, pageHead({
      title: h('span', null, h('a', { class: 'title-link', href: link.short_url, target: '_blank', rel: 'noopener' }, breakableName(link)), ' ', stateBadge(link)),
      lead: link.title, actions: actions(link, changed).filter(Boolean), back: { href: href('/links'), text: t('links.title') },
    }));
    append(view.el, h('div', { class: 'stack' },
      link.deleted_at && notice('', t('link.in_bin', { date: date(link.deleted_at) })),
      warningTexts(link).map((text) => notice('', text)),
      live, report ? report.element : about));
    replace(about, card({ title: t('link.facts') }, facts(link)),
      qrCard(link));
  };
  draw();
  const offs = [
    shortcut('y', () => t('create.copy'), async () => { if (await copyText(link.short_url)) { toast(t('copied')); } }),
    can('links:write') && shortcut('e', () => t('links.edit'), () => go(`/links/${link.id}/edit`)),
  ].filter(Boolean);
  return () => {
    offs.forEach((off) => off());
    if (report) {
      report.close();
    }
  };
}
