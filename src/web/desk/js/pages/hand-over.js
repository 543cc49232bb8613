/* SPDX-License-Identifier: MIT */
/* Who leaves hands their links over: all of them, or those that are ticked. Counted first, then done. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { shortName, targetName } from '../link.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { form, submitButton } from '../components/form.js';
import { card, notice, pageHead, progress, segments } from '../components/page.js';
import { table } from '../components/table.js';
import { fail } from '../components/toast.js';
import { userName, userPath } from './people-edit.js';

const PAGE_ROWS = 100;

/** Links of that user to tick. -> {element, refs()} */
function picker(user, signal, changed) {
  const pages = api.pager('/links', { owner: user.key, archived: 'true', limit: PAGE_ROWS, sort: '-clicks' }, { signal });
  const count = h('span', { class: 'num', role: 'status' });
  const foot = h('div', { class: 'table-foot' });
  let ticked = '';
  const list = table({
    caption: t('handover.links'), rowKey: (link) => link.id, columns: [
      { key: 'link', label: t('handover.link'), lead: true, name: shortName, cell: (link) => h('div', null, h('span', { class: 'strong any-break' }, shortName(link)), h('p', { class: 'small soft cut' }, link.title || targetName(link.url))) },
      { key: 'clicks', label: t('handover.clicks'), num: true, cell: (link) => number(link.counts.clicks) },
    ],
    select: (keys) => {
      count.textContent = t('handover.picked', { n: number(keys.length), count: keys.length });
      if (keys.join() !== ticked) { // rows that are added say it too
        ticked = keys.join();
        changed();
      }
    },
  });
  const more = async () => {
    list.add(await pages.more());
    replace(foot, count, !pages.done && button(t('handover.more'), { kind: 'small', run: () => more().catch(fail) }));
  };
  more().catch(fail);
  return { element: h('div', { class: 'card flush pick-links' }, h('div', { class: 'table-box' }, list.element), foot), refs: () => list.selected() };
}

/** The same call until it says that all is done. */
async function run(user, body, told) {
  let moved = 0;
  let channels = 0;
  let customers = 0;
  for (;;) {
    const answer = await api.post(`${userPath(user)}/hand-over`, body);
    moved += answer.moved;
    channels += answer.channels;
    customers += answer.customers;
    told(moved);
    if (answer.done || body.dry_run) {
      return { ...answer, moved, channels, customers };
    }
  }
}

export async function show(view) {
  const user = await api.get(`/users/${api.segment(view.params.key)}`, null, { signal: view.signal });
  const title = t('handover.title', { name: userName(user) });
  const to = combobox({
    name: 'to', label: t('handover.to'), hint: t('handover.to_hint'), allowNew: false,
    source: async (text) => {
      const out = new Set((await places.all('/users')).filter((one) => one.disabled).map((one) => one.key));
      return (await places.owner(text)).filter((one) => one.value !== user.key && !out.has(one.value));
    },
  });
  const choice = h('div', { class: 'stack tight' });
  const outcome = h('div', { class: 'stack', role: 'status' });
  let which = 'all';
  let pick = null;

  const stale = () => replace(outcome);
  const wanted = () => (which === 'all' ? { all: true } : { refs: pick.refs() });
  const sayDone = (answer) => replace(outcome, notice('good', h('p', null, t('handover.done', { n: number(answer.moved), count: answer.moved, to: answer.to })),
    answer.channels > 0 && h('p', null, t('handover.channels', { n: number(answer.channels), count: answer.channels })),
    answer.customers > 0 && h('p', null, t('handover.customers', { n: number(answer.customers), count: answer.customers })),
    h('p', null, h('a', { href: href('/links', { owner: answer.to }) }, t('handover.see')))));
  const carryOut = async (body, total) => {
    const bar = progress(t('handover.running'));
    replace(outcome, bar.element);
    try {
      const answer = await run(user, { ...body, dry_run: false }, (moved) => bar.set(moved, total));
      pick = null;
      drawChoice(which); // the links that are left
      sayDone(answer);
    } catch (error) {
      stale();
      fail(error);
    }
  };
  const sayWould = (answer, body) => {
    const nothing = answer.moved === 0 && answer.channels === 0;
    const act = button(t('handover.do', { n: number(answer.moved), count: answer.moved }), { kind: 'main', run: () => carryOut(body, answer.moved) });
    replace(outcome, notice('', nothing ? t('handover.nothing') : h('div', { class: 'stack tight' },
      h('p', null, t('handover.would', { n: number(answer.moved), count: answer.moved, from: userName(user), to: answer.to })),
      answer.channels > 0 && h('p', null, t('handover.channels_too', { n: number(answer.channels), count: answer.channels })),
      h('p', null, t('handover.stays')))), !nothing && h('div', { class: 'row' }, act));
    act.focus();
  };
  const inner = form({
    fields: [to], submit: submitButton(t('handover.check')), onSubmit: async (values) => {
      if (!values.to) {
        to.setError(t('handover.choose'));
        to.control.focus();
        return;
      }
      const body = { to: values.to, ...wanted() };
      if (body.refs?.length === 0) {
        replace(outcome, notice('bad', t('handover.pick_first')));
        return;
      }
      sayWould(await run(user, { ...body, dry_run: true }, () => {}), body);
    },
  });
  function drawChoice(next) {
    which = next;
    stale();
    if (which === 'some') {
      pick ??= picker(user, view.signal, stale);
    }
    replace(choice, h('p', { class: 'soft small' }, t(`handover.${which}_text`)), which === 'some' && pick.element);
  }

  view.setTitle(title);
  append(view.el, pageHead({ title, lead: t('handover.lead'), back: { href: href('/people'), text: t('people.title') } }));
  inner.element.addEventListener('change', stale);
  drawChoice('all');
  append(view.el, h('div', { class: 'stack create-page' }, card({}, h('div', { class: 'stack' },
    segments(t('handover.which'), [['all', t('handover.all')], ['some', t('handover.some')]], which, drawChoice), choice, inner.element, outcome))));
}
