/* SPDX-License-Identifier: MIT */
/* Notification robots: who is told what happens, whether that works, and what could not be told. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime } from '../format.js';
import { t } from '../i18n.js';
import { button } from '../components/button.js';
import { confirm, dialog } from '../components/dialog.js';
import { menu } from '../components/menu.js';
import { badge, empty, failed, loading, notice, pageHead, segments } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { fail, toast } from '../components/toast.js';
import { NOTICES, editRobot, showSecret } from './robot-form.js';

const PAGE_ROWS = 50;
const STATES = ['dead', 'waiting', 'sent'];

/* ---- what is done to one ---- */

async function test(robot) {
  try {
    const told = await api.post(`/robots/${robot.id}/test`, {});
    dialog({
      title: t('robots.test_of', { name: robot.name }),
      body: [
        notice(told.sent ? 'good' : 'bad', t(told.sent ? 'robots.test_sent' : 'robots.test_failed'), !told.sent && h('p', { class: 'any-break' }, told.error)),
        told.answer && h('div', null, h('p', { class: 'small soft' }, t('robots.test_answer', { status: told.status, ms: told.took_ms })), h('pre', { class: 'code', tabindex: '0' }, told.answer)),
      ],
    });
  } catch (error) {
    fail(error);
  }
}

async function change(robot, body, words, changed) {
  try {
    const stored = await api.patch(`/robots/${robot.id}`, body);
    toast(t(words, { name: robot.name }));
    changed();
    if (stored.secret) {
      await showSecret(stored);
    }
  } catch (error) {
    fail(error);
  }
}

async function rotate(robot, changed) {
  if (await confirm({ title: t('robots.rotate_title', { name: robot.name }), text: t('robots.rotate_text'), action: t('robots.rotate') })) {
    await change(robot, { rotate_secret: true }, 'robots.rotated', changed);
  }
}

async function remove(robot, changed) {
  if (await confirm({ title: t('robots.remove_title', { name: robot.name }), text: t('robots.remove_text'), action: t('robots.remove'), bad: true })) {
    try {
      await api.del(`/robots/${robot.id}`);
      toast(t('robots.removed', { name: robot.name }));
      changed();
    } catch (error) {
      fail(error);
    }
  }
}

/* ---- the robots ---- */

function stateCell(robot) {
  if (robot.gone_at) {
    return badge(t('robots.gone'), 'bad');
  }
  if (!robot.enabled) {
    return badge(t('robots.off'));
  }
  return robot.held_until ? badge(t('robots.held')) : badge(t('robots.on'), 'good');
}

function lead(robot) {
  return h('div', null, h('p', { class: 'strong any-break' }, robot.name), h('p', { class: 'small soft any-break' }, `${t(`robots.kind_${robot.kind}`)} · `, h('code', null, robot.url)));
}

function toldCell(robot) {
  if (robot.notices.length === NOTICES.length) {
    return t('robots.all_notices');
  }
  return robot.notices.length > 0 ? h('div', { class: 'row tags' }, robot.notices.map((kind) => h('span', { class: 'tag' }, t(`robots.notice_${kind}`)))) : t('robots.no_notices');
}

function actions(robot, changed) {
  const name = t('robots.actions_of', { name: robot.name });
  return h('div', { class: 'row' },
    button(t('robots.test'), { kind: 'small', attrs: { 'aria-label': t('robots.test_to', { name: robot.name }) }, run: () => test(robot) }),
    menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
      { text: t('robots.edit'), icon: 'edit', run: () => editRobot(robot, changed) },
      robot.enabled ? { text: t('robots.switch_off'), icon: 'close', run: () => change(robot, { enabled: false }, 'robots.switched_off', changed) }
        : { text: t('robots.switch_on'), icon: 'check', run: () => change(robot, { enabled: true }, 'robots.switched_on', changed) },
      robot.kind === 'webhook' && { text: t('robots.rotate'), icon: 'key', run: () => rotate(robot, changed) },
      { text: t('robots.remove'), icon: 'trash', kind: 'bad', run: () => remove(robot, changed) },
    ].filter((item) => item !== false), { label: name }));
}

function columns(changed) {
  return [
    { key: 'name', label: t('robots.name'), lead: true, name: (robot) => robot.name, cell: lead },
    { key: 'state', label: t('robots.state'), bare: true, cell: stateCell },
    { key: 'notices', label: t('robots.notices'), cls: 'broad', bare: true, cell: toldCell },
    { key: 'quiet', label: t('robots.quiet'), cell: (robot) => (robot.quiet ? `${robot.quiet.from}–${robot.quiet.to}` : '–') },
    { key: 'go', label: t('robots.actions'), hidden: true, cell: (robot) => actions(robot, changed) },
  ];
}

function robotsCard(view) {
  const place = h('div');
  async function load() {
    try {
      const page = await api.get('/robots', null, { signal: view.signal });
      const list = table({ cls: 'people-table robots-table', caption: t('robots.title'), columns: columns(load), rowKey: (robot) => String(robot.id) });
      list.add(page.items);
      replace(place, page.items.length > 0 ? tableBox(list) : h('div', { class: 'card' }, empty({ icon: 'bell', title: t('robots.none'), text: t('robots.none_text') })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  replace(place, h('div', { class: 'card flush' }, loading(4)));
  return { place, load };
}

/* ---- what they were told ---- */

function noticeLead(item) {
  return h('div', null, h('p', { class: 'strong any-break' }, item.subject || item.title), h('p', { class: 'small soft any-break' }, item.subject ? `${item.title} · ${item.robot.name}` : item.robot.name));
}

function whenCell(item) {
  const at = item.sent_at || item.tried_at || item.created_at;
  return h('span', { class: 'small soft', title: dateTime(at) }, item.state === 'waiting' && item.attempts > 0 ? t('robots.next_try', { time: dateTime(item.due_at) }) : ago(at));
}

async function again(item, changed) {
  try {
    await api.post(`/outbox/${item.id}/retry`, {});
    toast(t('robots.sent_again'));
    changed();
  } catch (error) {
    fail(error);
  }
}

function noticeColumns(changed) {
  return [
    { key: 'notice', label: t('robots.notice'), lead: true, cell: noticeLead },
    { key: 'when', label: t('robots.when'), bare: true, cell: whenCell },
    { key: 'error', label: t('robots.error'), cls: 'broad', bare: true, cell: (item) => h('span', { class: 'small any-break' }, item.error || '') },
    { key: 'go', label: t('robots.actions'), hidden: true, cell: (item) => item.state !== 'sent' && button(t('robots.again'), { kind: 'small', run: () => again(item, changed) }) },
  ];
}

function outboxCard(view) {
  const place = h('div');
  let state = STATES.includes(view.query.get('state')) ? view.query.get('state') : 'dead';
  let pages = null;
  async function load() {
    const mine = api.pager('/outbox', { state, limit: PAGE_ROWS }, { signal: view.signal });
    const list = table({ cls: 'people-table', caption: t('robots.outbox'), columns: noticeColumns(load), rowKey: (item) => String(item.id) });
    const draw = () => replace(place, tableBox(list, !mine.done && button(t('robots.more'), { kind: 'small', run: () => more().catch(fail) })));
    const more = async () => {
      list.add(await mine.more());
      draw();
    };
    pages = mine;
    try {
      const items = await mine.more();
      if (mine === pages && items.length > 0) {
        list.add(items);
        draw();
      } else if (mine === pages) {
        replace(place, h('div', { class: 'card' }, empty({ icon: 'check', title: t(`robots.none_${state}`) })));
      }
    } catch (error) {
      if (mine === pages && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  const pick = (next) => {
    state = next;
    view.setQuery(state === 'dead' ? {} : { state });
    load();
  };
  const element = h('section', { class: 'stack' }, h('h2', null, t('robots.outbox')),
    h('div', { class: 'scroll-x' }, segments(t('robots.state'), STATES.map((name) => [name, t(`robots.state_${name}`)]), state, pick)), place);
  replace(place, h('div', { class: 'card flush' }, loading(3)));
  return { element, load };
}

export async function show(view) {
  const robots = robotsCard(view);
  const outbox = outboxCard(view);
  view.setTitle(t('robots.title'));
  append(view.el, pageHead({
    title: t('robots.title'), lead: t('robots.lead'), actions: [button(t('robots.add'), { kind: 'main', icon: 'add', run: () => editRobot(null, robots.load) })],
  }));
  const parts = h('div', { class: 'stack' }, robots.place);
  view.el.append(parts);
  const told = outbox.load();
  await robots.load();
  parts.append(outbox.element); // not before what stands above it has its height
  await told;
}
