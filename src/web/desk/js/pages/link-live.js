/* SPDX-License-Identifier: MIT */
/* The pool of a live code on its link's page: what each target shows, how full it is, when it ends, and the next picture. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { dateTime, number } from '../format.js';
import { t } from '../i18n.js';
import { linkHref } from '../link.js';
import { ACCEPTED, pictureUrl, takesFiles } from '../picture.js';
import { ruleWords } from '../rule-words.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { confirm } from '../components/dialog.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { badge, card } from '../components/page.js';
import { fail, toast } from '../components/toast.js';
import { KINDS, KIND_ICONS, hasPicture, nameOf, replacePicture, targetDialog } from './link-target.js';

const STATES = { open: 'good', full: 'note', ended: 'bad', scheduled: '', disabled: '' };
const SOON_MS = 86400000;

export { nameOf };

/* ---- how full, how long ---- */

export function fillOf(target) {
  const cap = target.cap_total ?? target.cap_day ?? target.cap_hour;
  const left = target.figures.remaining;
  if (cap === null || left === null) {
    return null;
  }
  const taken = Math.max(0, cap - left);
  return h('div', { class: 'fill' },
    h('progress', { max: cap || 1, value: cap ? taken : 1, 'aria-label': t('live.places_of', { name: nameOf(target) }) }),
    h('span', { class: 'small num' }, t('live.places', { taken: number(taken), cap: number(cap), left: number(left) })));
}

/** "6 days 3 hours": two steps are enough to know what to do today. */
function span(ms) {
  const minutes = Math.max(1, Math.round(ms / 60000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) {
    return t('live.days', { days: number(days), hours: number(hours) });
  }
  return hours > 0 ? t('live.hours', { hours: number(hours), minutes: number(minutes % 60) }) : t('live.minutes', { minutes: number(minutes) });
}

export function endOf(target) {
  if (!target.valid_until) {
    return null;
  }
  const left = new Date(target.valid_until).getTime() - Date.now();
  const text = left > 0 ? t('live.ends_in', { time: span(left) }) : t('live.ended', { time: dateTime(target.valid_until) });
  return h('span', { class: `small ends${left < SOON_MS ? ' soon' : ''}`, title: dateTime(target.valid_until) }, icon('clock'), text);
}

/* ---- one target ---- */

export function picture(target, path, changed, write) {
  if (!hasPicture(target)) {
    return h('div', { class: 'target-picture none' }, icon(KIND_ICONS[target.kind]));
  }
  const image = target.image ? h('img', { src: pictureUrl(target.image), alt: t('live.picture_of', { name: nameOf(target) }), loading: 'lazy' }) : icon('upload');
  if (!write) {
    return h('div', { class: 'target-picture' }, image);
  }
  const box = h('input', { type: 'file', class: 'unseen', accept: ACCEPTED, tabindex: '-1', 'aria-label': t('live.replace_of', { name: nameOf(target) }) });
  const place = h('button', { type: 'button', class: 'target-picture', title: t('live.replace'), on: { click: () => box.click() } },
    image, h('span', { class: 'over' }, icon('upload'), h('span', null, t('live.replace'))));
  const take = (file) => {
    place.setAttribute('aria-busy', 'true');
    replacePicture(path, target, file, changed).finally(() => place.removeAttribute('aria-busy'));
  };
  box.addEventListener('change', () => {
    if (box.files[0]) {
      take(box.files[0]);
      box.value = '';
    }
  });
  takesFiles(place, take);
  return h('div', { class: 'target-place' }, place, box);
}

function figures(target) {
  const rows = [['shown', target.figures.shown], ['visitors', target.figures.visitors], hasPicture(target) && ['pressed', target.figures.pressed], ['joined', target.figures.joined]];
  return h('dl', { class: 'target-figures' },
    rows.filter(Boolean).map(([name, value]) => h('div', null, h('dt', null, t(`live.${name}`)), h('dd', { class: 'num' }, number(value)))));
}

function acts(target, items, path, changed) {
  const at = items.indexOf(target);
  const patch = (set) => api.patch(`${path}/${target.id}`, set).then(changed).catch(fail);
  const move = (by) => {
    const ids = items.map((one) => one.id);
    ids.splice(at + by, 0, ...ids.splice(at, 1));
    return api.call('PUT', path, { body: { targets: ids } }).then(changed).catch(fail);
  };
  const remove = async () => {
    if (await confirm({ title: t('live.remove'), text: t('live.remove_text', { name: nameOf(target) }), action: t('live.remove'), bad: true })) {
      await api.del(`${path}/${target.id}`).then(() => { toast(t('live.removed')); changed(); }).catch(fail);
    }
  };
  return menu(button(t('live.acts_of', { name: nameOf(target) }), { kind: 'plain', icon: 'more', iconOnly: true }), () => [
    { text: t('live.change'), icon: 'edit', run: () => targetDialog(path, target, changed) },
    { text: t(target.enabled ? 'live.off' : 'live.on'), icon: target.enabled ? 'close' : 'check', run: () => patch({ enabled: !target.enabled }) },
    at > 0 && { text: t('live.up'), icon: 'restore', run: () => move(-1) },
    at < items.length - 1 && { text: t('live.down'), icon: 'down', run: () => move(1) },
    null,
    { text: t('live.remove'), icon: 'trash', kind: 'bad', run: remove },
  ].filter((item) => item !== false));
}

function row(target, items, path, changed, write) {
  return h('li', { class: 'target' }, picture(target, path, changed, write),
    h('div', { class: 'target-what' },
      h('p', { class: 'row' }, h('span', { class: 'strong any-break' }, nameOf(target)), badge(t(`live.state_${target.state}`), STATES[target.state])),
      h('p', { class: 'row small soft' }, h('span', null, t(`live.kind_${target.kind}`)), endOf(target)),
      fillOf(target)),
    figures(target), write && acts(target, items, path, changed));
}

/* ---- its rules, as sentences ---- */

function rulesPart(link, rules, pool, write) {
  const to = linkHref(link, '/rules');
  if (rules.length === 0) {
    return h('div', { class: 'row far live-rules' }, h('p', { class: 'small soft grow' }, t('live.no_rules')), button(t(write ? 'live.make_rules' : 'live.try'), { kind: 'small', icon: 'filter', href: to }));
  }
  return h('div', { class: 'live-rules stack tight' },
    h('div', { class: 'row far' }, h('h3', null, t('live.rules')), button(t(write ? 'live.edit_rules' : 'live.try'), { kind: 'small', icon: 'filter', href: to })),
    h('ol', { class: 'live-rule-list small' }, rules.map((rule, i) => {
      const { when, then } = ruleWords(rule, pool, nameOf);
      return h('li', { class: `any-break${rule.enabled ? '' : ' soft'}` }, h('span', { class: 'num soft' }, `${number(i + 1)}. `), when, ' → ', h('span', { class: 'strong' }, then), !rule.enabled && [' ', badge(t('live.state_disabled'))]);
    })));
}

/* ---- the section ---- */

function addButton(path, changed, kind = '') {
  return menu(button(t('live.add'), { kind, icon: 'add' }),
    () => KINDS.map((one) => ({ text: t(`live.add_${one}`), icon: KIND_ICONS[one], run: () => targetDialog(path, { kind: one }, changed) })));
}

/** An element, empty where a link is no live code and its reader may not make it one. Given when it has its height, so that
 *  what stands below it does not jump. */
export async function liveSection(view, link) {
  const path = `/links/${api.segment(link.id)}/targets`;
  const write = can('links:write') && !link.deleted_at;
  const element = h('div', { class: 'live-section' });
  const draw = (items, rules) => {
    if (items.length > 0) {
      replace(element, card({ title: t('live.section'), actions: write ? [addButton(path, load, 'small')] : [] },
        h('ul', { class: 'targets' }, items.map((target) => row(target, items, path, load, write))), rulesPart(link, rules, items, write)));
    } else if (write) {
      replace(element, h('section', { class: 'live-offer', 'aria-label': t('live.section') }, icon('qr'),
        h('p', null, h('span', { class: 'strong' }, t('live.none')), h('span', { class: 'soft small' }, t('live.none_text'))), addButton(path, load)));
    }
  };
  const load = async () => {
    try {
      const [pool, { rules }] = await Promise.all([path, `/links/${api.segment(link.id)}/rules`].map((one) => api.get(one, null, { signal: view.signal })));
      draw(pool.items, rules);
    } catch (error) {
      if (error.status !== 404) { // a link that is gone says so itself
        fail(error);
      }
    }
  };
  if (link.targets_summary) {
    await load();
  } else {
    draw([], []);
  }
  return element;
}
