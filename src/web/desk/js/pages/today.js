/* SPDX-License-Identifier: MIT */
/* What needs somebody today: live codes that run out, pictures nobody can use, notices that did not arrive; each mended in its place. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { setCount } from '../today.js';
import { button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { badge, empty, failed, loading, notice, pageHead } from '../components/page.js';
import { fail, toast } from '../components/toast.js';
import { endPart, fills, picture } from './link-live-row.js';
import { hasPicture, nameOf, targetDialog } from './link-target.js';

const KINDS = {
  pool_empty: 'bad', target_ended: 'bad', target_full: 'bad', image_missing: 'bad', target_ending: 'note', target_nearly_full: 'note',
  target_full_today: 'note', image_unreadable: 'note', robot_dead: 'bad', robot_gone: 'bad', domain_blocked: 'bad', domain_suspected: 'note',
};
const DAYS = [7, 30]; // a group's code is good for 7
const PLACES = [50, 200];
const DAY_MS = 86400000;

function pathOf(item) {
  return `/links/${api.segment(item.link.id)}/targets`;
}

/* ---- mending ---- */

async function mend(item, set, changed) {
  try {
    await api.patch(`${pathOf(item)}/${item.target.id}`, set);
    toast(t('today.mended'));
    changed();
  } catch (error) {
    fail(error);
  }
}

function extend(item, changed) {
  const from = Math.max(Date.now(), new Date(item.target.valid_until).getTime());
  const until = (days) => new Date(from + days * DAY_MS).toISOString();
  return menu(button(t('today.extend'), { kind: 'small', icon: 'calendar', attrs: { 'aria-label': t('today.extend_of', { name: nameOf(item.target) }) } }), () => [
    ...DAYS.map((days) => ({ text: t('today.days', { days: number(days) }), run: () => mend(item, { valid_until: until(days) }, changed) })),
    { text: t('today.no_end'), run: () => mend(item, { valid_until: null }, changed) },
    { text: t('today.other'), run: () => targetDialog(pathOf(item), item.target, changed) },
  ]);
}

function raise(item, changed) {
  const cap = item.target.cap_total;
  return menu(button(t('today.raise'), { kind: 'small', icon: 'users', attrs: { 'aria-label': t('today.raise_of', { name: nameOf(item.target) }) } }), () => [
    ...PLACES.map((places) => ({ text: t('today.places', { places: number(places) }), run: () => mend(item, { cap_total: cap + places }, changed) })),
    { text: t('today.no_cap'), run: () => mend(item, { cap_total: null }, changed) },
    { text: t('today.other'), run: () => targetDialog(pathOf(item), item.target, changed) },
  ]);
}

function changeUrl(item, changed) {
  const url = textField({ name: 'url', label: t('live.url'), type: 'url', value: item.target.url || '', hint: t('today.url_hint') });
  const submit = submitButton(t('save'));
  const box = dialog({
    title: t('today.url'),
    body: form({
      fields: [url], submit, body: [url.element, submit],
      onSubmit: async (values) => {
        await api.patch(`${pathOf(item)}/${item.target.id}`, { url: values.url, replaced: true });
        box.close();
        toast(t('today.mended'));
        changed();
      },
    }).element,
  });
}

function mending(item, changed) {
  const needs = [item.kind, ...item.also];
  const has = (...kinds) => kinds.some((kind) => needs.includes(kind));
  const choose = (event) => event.currentTarget.closest('.today-row').querySelector('input[type=file]').click();
  return [
    hasPicture(item.target) && h('button', { type: 'button', class: 'button small', on: { click: choose } }, icon('upload'), h('span', null, t('live.replace'))),
    item.target.kind === 'url' && button(t('today.url'), { kind: 'small', icon: 'edit', run: () => changeUrl(item, changed) }),
    has('target_ended', 'target_ending') && extend(item, changed),
    has('target_full', 'target_nearly_full') && extendable(item) && raise(item, changed),
    menu(button(t('live.acts_of', { name: nameOf(item.target) }), { kind: 'plain', icon: 'more', iconOnly: true }), () => [
      { text: t('live.change'), icon: 'edit', run: () => targetDialog(pathOf(item), item.target, changed) },
      { text: t('today.off'), icon: 'close', run: () => mend(item, { enabled: false }, changed) },
    ]),
  ];
}

/** Only places in total are raised here; a day's come again by themselves. */
function extendable(item) {
  return item.target.cap_total !== null;
}

/* ---- rows ---- */

function badges(item) {
  return [item.kind, ...item.also].map((kind) => badge(t(`today.${kind}`), KINDS[kind]));
}

function wordsOf(item) {
  const needs = [item.kind, ...item.also];
  return ['image_missing', 'image_unreadable'].filter((kind) => needs.includes(kind)).map((kind) => t(`today.${kind}_text`))
    .concat(needs.includes('target_full_today') ? [t('today.full_today_text')] : []);
}

function linkOf(item) {
  return h('a', { href: href(`/links/${item.link.id}`), class: 'any-break' }, item.link.title || item.link.short_url);
}

function targetRow(item, changed) {
  const write = can('links:write');
  return h('li', { class: 'target today-row', dataset: { kind: item.kind } }, picture(item.target, { path: pathOf(item), changed, write }).element,
    h('div', { class: 'target-what' },
      h('p', { class: 'row' }, h('span', { class: 'strong any-break' }, nameOf(item.target)), badges(item)),
      h('p', { class: 'row small soft' }, linkOf(item), endPart(item.target, { write: false })),
      fills(item.target, { write: false }),
      wordsOf(item).map((words) => h('p', { class: 'small soft' }, words))),
    write && h('div', { class: 'row today-acts' }, mending(item, changed)));
}

function plainRow(item, { picture: name, lead, words, go }) {
  return h('li', { class: 'target today-row', dataset: { kind: item.kind } }, h('div', { class: 'target-picture none' }, icon(name)),
    h('div', { class: 'target-what' }, h('p', { class: 'row' }, h('span', { class: 'strong any-break' }, lead), badges(item)), h('p', { class: 'small soft' }, words)),
    h('div', { class: 'row today-acts' }, go));
}

function rowOf(item, changed) {
  if (item.target) {
    return targetRow(item, changed);
  }
  if (item.robot) {
    return plainRow(item, {
      picture: 'bell', lead: item.robot.name, words: t(`today.${item.kind}_text`, { count: number(item.robot.dead) }),
      go: button(t('today.open_robots'), { kind: 'small', href: href('/robots') }),
    });
  }
  if (item.domain) {
    return plainRow(item, {
      picture: 'globe', lead: item.domain.host, words: t('today.domain_text', { app: t(`today.app_${item.domain.app}`) }),
      go: button(t('today.open_domains'), { kind: 'small', href: href('/domains') }),
    });
  }
  return plainRow(item, {
    picture: 'qr', lead: linkOf(item), words: t('today.pool_empty_text'), go: button(t('today.open_link'), { kind: 'small', href: href(`/links/${item.link.id}`) }),
  });
}

export async function show(view) {
  const place = h('div');
  view.setTitle(t('today.title'));
  append(view.el, pageHead({ title: t('today.title'), lead: t('today.lead') }));
  replace(place, h('div', { class: 'card' }, loading(6)));
  view.el.append(place);
  async function load() {
    try {
      const page = await api.get('/today', null, { signal: view.signal });
      const hidden = page.total - page.items.length;
      setCount(page.total);
      replace(place, page.items.length > 0
        ? h('div', { class: 'stack' }, h('ul', { class: 'targets' }, page.items.map((item) => rowOf(item, load))), hidden > 0 && notice('note', t('today.more', { count: number(hidden) })))
        : h('div', { class: 'card' }, empty({ icon: 'check', title: t('today.none'), text: t('today.none_text') })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  await load();
}
