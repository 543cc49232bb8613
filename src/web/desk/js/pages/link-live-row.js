/* SPDX-License-Identifier: MIT */
/* One target in its pool: picture, state, how full and how long, each changed where it stands; every change can be undone. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { dateTime, fromLocalInput, number, toLocalInput } from '../format.js';
import { t } from '../i18n.js';
import { ACCEPTED, pictureUrl, takesFiles } from '../picture.js';
import { button } from '../components/button.js';
import { confirm } from '../components/dialog.js';
import { icon } from '../components/icon.js';
import { inline } from '../components/inline.js';
import { menu } from '../components/menu.js';
import { badge } from '../components/page.js';
import { handle } from '../components/sortable.js';
import { fail, toast } from '../components/toast.js';
import { hasPicture, nameOf, replacePicture, targetDialog } from './link-target.js';
import { KIND_ICONS } from './target-kinds.js';

const STATES = { open: 'good', full: 'note', ended: 'bad', scheduled: '', disabled: '' };
const CAPS = ['total', 'day', 'hour'];
const SOON_MS = 86400000;
const WEIGHT_MAX = 100;
const PLACES_MAX = 1000000000;

/** Stores what changed of a target; the toast takes it back. */
async function change(target, set, { path, changed }) {
  const before = Object.fromEntries(Object.keys(set).map((name) => [name, target[name]]));
  await api.patch(`${path}/${target.id}`, set);
  changed();
  toast(t('live.changed'), { action: t('undo'), run: () => api.patch(`${path}/${target.id}`, before).then(changed, fail) });
}

/* ---- its picture ---- */

function fileBox(label, take, camera = false) {
  const box = h('input', { type: 'file', class: 'unseen', accept: ACCEPTED, capture: camera ? 'environment' : null, tabindex: '-1', 'aria-label': label });
  box.addEventListener('change', () => {
    if (box.files[0]) {
      take(box.files[0]);
      box.value = '';
    }
  });
  return box;
}

/** {element, photograph()} of {path, changed(), write}: a press chooses a file, a drop gives one, photograph() asks the camera. */
export function picture(target, { path, changed, write }) {
  if (!hasPicture(target)) {
    return { element: h('div', { class: 'target-picture none' }, icon(KIND_ICONS[target.kind])) };
  }
  const image = target.image ? h('img', { src: pictureUrl(target.image), alt: t('live.picture_of', { name: nameOf(target) }), loading: 'lazy' }) : icon('upload');
  if (!write) {
    return { element: h('div', { class: 'target-picture' }, image) };
  }
  const take = (file) => {
    place.setAttribute('aria-busy', 'true');
    replacePicture(path, target, file, changed).finally(() => place.removeAttribute('aria-busy'));
  };
  const box = fileBox(t('live.replace_of', { name: nameOf(target) }), take);
  const camera = fileBox(t('live.photograph_of', { name: nameOf(target) }), take, true);
  const place = h('button', { type: 'button', class: 'target-picture', title: t('live.replace'), on: { click: () => box.click() } },
    image, h('span', { class: 'over' }, icon('upload'), h('span', null, t('live.replace'))));
  takesFiles(place, take);
  return { element: h('div', { class: 'target-place' }, place, box, camera), photograph: () => camera.click() };
}

/* ---- how full ---- */

function capOf(target, name) {
  return target[`cap_${name}`];
}

/** Why a target is full: of the caps that are used up the one that lasts longest. */
function fullBy(target) {
  return CAPS.find((name) => capOf(target, name) !== null && target.figures.taken[name] >= capOf(target, name));
}

function capBox(target, name, text, context) {
  return inline({
    label: t(`live.cap_${name}_of`, { name: nameOf(target) }), text, type: 'number', value: String(capOf(target, name) ?? ''), attrs: { min: 0, max: PLACES_MAX, inputmode: 'numeric' },
    save: (value) => change(target, { [`cap_${name}`]: value === '' ? null : Number(value) }, context),
  });
}

function bar(target, name, context) {
  const cap = capOf(target, name);
  const taken = target.figures.taken[name];
  const words = t('live.taken_of', { taken: number(taken), cap: number(cap) });
  return h('div', { class: `fill${taken >= cap ? ' full' : taken >= cap * 0.8 ? ' nearly' : ''}` },
    h('span', { class: 'small soft' }, t(`live.in_${name}`)),
    h('progress', { max: cap || 1, value: cap ? Math.min(taken, cap) : 1, 'aria-label': t(`live.cap_${name}_of`, { name: nameOf(target) }) }),
    h('span', { class: 'small num' }, context.write ? capBox(target, name, words, context) : words));
}

/** Bars of the caps there are; the total alone is asked for where there is none. */
export function fills(target, context) {
  const there = CAPS.filter((name) => capOf(target, name) !== null);
  if (there.length === 0 && !context.write) {
    return null;
  }
  return h('div', { class: 'fills' }, there.map((name) => bar(target, name, context)), there.length === 0 && h('span', { class: 'small soft' }, capBox(target, 'total', t('live.no_cap'), context)));
}

/* ---- how long ---- */

/** "6 days 3 hours": two steps are enough to know what to do today. */
function span(ms) {
  const minutes = Math.max(1, Math.round(ms / 60000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) {
    return t('live.days', { days: number(days), hours: number(hours) });
  }
  return hours > 0 ? t('live.hours', { hours: number(hours), minutes: number(minutes % 60) }) : t('live.minutes', { minutes: number(minutes) });
}

function endWords(target) {
  const from = target.valid_from ? new Date(target.valid_from).getTime() - Date.now() : 0;
  const until = target.valid_until ? new Date(target.valid_until).getTime() - Date.now() : Infinity;
  if (from > 0) {
    return { text: t('live.begins_in', { time: span(from) }) };
  }
  if (until === Infinity) {
    return { text: t('live.no_end') };
  }
  return until > 0 ? { text: t('live.ends_in', { time: span(until) }), soon: until < SOON_MS } : { text: t('live.ended', { time: dateTime(target.valid_until) }), soon: true };
}

export function endPart(target, context) {
  const { text, soon } = endWords(target);
  if (!context.write && !target.valid_until && !target.valid_from) {
    return null;
  }
  const scheduled = target.valid_from && new Date(target.valid_from).getTime() > Date.now();
  const name = scheduled ? 'valid_from' : 'valid_until';
  return h('span', { class: `small ends${soon ? ' soon' : ''}`, title: target[name] ? dateTime(target[name]) : null }, icon('clock'), context.write ? inline({
    label: t(scheduled ? 'live.from_of' : 'live.until_of', { name: nameOf(target) }), text, type: 'datetime-local', value: toLocalInput(target[name]), attrs: { max: '9999-12-31T23:59' },
    save: (value) => change(target, { [name]: fromLocalInput(value) }, context),
  }) : text);
}

function weightPart(target, context) {
  const text = t('live.weight_is', { weight: number(target.weight) });
  return h('span', { class: 'small' }, context.write ? inline({
    label: t('live.weight_of', { name: nameOf(target) }), text, type: 'number', value: String(target.weight), attrs: { min: 1, max: WEIGHT_MAX, inputmode: 'numeric', required: true },
    save: (value) => change(target, { weight: Number(value) }, context),
  }) : text);
}

/* ---- the row ---- */

function figures(target) {
  const rows = [['shown', target.figures.shown], ['visitors', target.figures.visitors], hasPicture(target) && ['pressed', target.figures.pressed], ['joined', target.figures.joined]];
  return h('dl', { class: 'target-figures' },
    rows.filter(Boolean).map(([name, value]) => h('div', null, h('dt', null, t(`live.${name}`)), h('dd', { class: 'num' }, number(value)))));
}

function acts(target, context, photograph) {
  const { path, changed, items, move } = context;
  const at = items.indexOf(target);
  const remove = async () => {
    if (await confirm({ title: t('live.remove'), text: t('live.remove_text', { name: nameOf(target) }), action: t('live.remove'), bad: true })) {
      await api.del(`${path}/${target.id}`).then(() => { toast(t('live.removed')); changed(); }).catch(fail);
    }
  };
  return menu(button(t('live.acts_of', { name: nameOf(target) }), { kind: 'plain', icon: 'more', iconOnly: true }), () => [
    { text: t('live.change'), icon: 'edit', run: () => targetDialog(path, target, changed) },
    photograph && { text: t('live.photograph'), icon: 'camera', run: photograph },
    { text: t(target.enabled ? 'live.off' : 'live.on'), icon: target.enabled ? 'close' : 'check', run: () => change(target, { enabled: !target.enabled }, context).catch(fail) },
    at > 0 && { text: t('live.up'), icon: 'up', run: () => move(at, at - 1) },
    at < items.length - 1 && { text: t('live.down'), icon: 'down', run: () => move(at, at + 1) },
    null,
    { text: t('live.remove'), icon: 'trash', kind: 'bad', run: remove },
  ].filter((item) => item !== false && item !== undefined));
}

function state(target) {
  const full = target.state === 'full' && fullBy(target);
  return badge(full && full !== 'total' ? t(`live.full_${full}`) : t(`live.state_${target.state}`), STATES[target.state]);
}

/** {element, tick()}: tick() says anew how long is left. context: {path, changed(), write, items, move(from, to)}. */
export function targetRow(target, context) {
  const { write, items } = context;
  const { element: seen, photograph } = picture(target, context);
  const times = h('p', { class: 'row small soft' });
  const tick = () => {
    if (!times.querySelector('input')) { // not while it is being changed
      replace(times, h('span', null, t(`live.kind_${target.kind}`)), target.staff && h('span', { class: 'any-break' }, t('live.staff_is', { staff: target.staff })), endPart(target, context),
        (write || target.weight !== 1) && items.length > 1 && weightPart(target, context));
    }
  };
  tick();
  const element = h('li', { class: 'target', dataset: { target: target.id } }, seen,
    h('div', { class: 'target-what' }, h('p', { class: 'row' }, h('span', { class: 'strong any-break' }, nameOf(target)), state(target)), times),
    fills(target, context),
    figures(target), write && h('div', { class: 'row target-acts' }, items.length > 1 && handle(t('live.drag', { name: nameOf(target) })), acts(target, context, photograph)));
  return { element, tick };
}
