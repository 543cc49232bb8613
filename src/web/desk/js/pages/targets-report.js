/* SPDX-License-Identifier: MIT */
/*
 * What became of the targets of live codes: shown, pressed, joined, by target, colleague, channel or link, over a period and
 * beside the one before; as a chart, a table and a file. Of all links (pages/targets.js) or of one, on its page.
 */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { change, number, percent } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { loadNames, valueName } from '../values.js';
import { chart } from '../components/chart.js';
import { badge, card, failed, loading, segments } from '../components/page.js';
import { table } from '../components/table.js';
import { csvButton, nothing } from './report-card.js';

export const GROUPS = ['target', 'channel', 'staff', 'link'];
const FIGURES = ['shown', 'pressed', 'joined'];
const LIMIT = 200;
const BARS = 12; // what a chart can show side by side

/* ---- names ---- */

function targetWords(group) {
  return group.name || group.title || group.url || t(`live.kind_${group.kind}`);
}

/** What a row is about, as a text. */
function nameOf(by, group) {
  if (by === 'target') {
    return targetWords(group);
  }
  if (by === 'link') {
    return group.name || valueName('link', group.link);
  }
  return group[by] === null ? t(`targets.no_${by}`) : by === 'staff' ? group.name || group.staff : valueName('channel', group.channel);
}

function nameCell(by, group, { link }) {
  const words = nameOf(by, group);
  const gone = group.gone && badge(t('targets.gone'));
  if ((by === 'target' && !link) || by === 'link') {
    return h('span', null, h('a', { class: 'any-break', href: href(`/links/${group.link}`) }, words), gone && [' ', gone]);
  }
  return h('span', { class: 'any-break' }, words, gone && [' ', gone]);
}

/* ---- figures ---- */

function delta(now, before) {
  const found = before === undefined ? null : change(now, before);
  return found && h('span', { class: `delta small ${found.up ? 'up' : 'down'}` }, found.text);
}

function figureCards(said) {
  const { totals, previous } = said;
  const rates = { pressed: [totals.pressed, totals.shown], joined: [totals.joined, totals.shown] };
  return h('dl', { class: 'target-totals' }, FIGURES.map((name) => h('div', null, h('dt', { class: 'small soft' }, t(`live.${name}`)),
    h('dd', null, h('span', { class: 'figure num' }, number(totals[name])), ' ', previous && delta(totals[name], previous[name]),
      rates[name] && rates[name][1] > 0 && h('span', { class: 'small soft num' }, ' ', t('targets.rate', { rate: percent(rates[name][0] / rates[name][1]) }))))));
}

function columns(by, context) {
  const figure = (name) => ({
    key: name, label: t(`live.${name}`), num: true, cell: (group) => h('span', null, number(group[name]), group.previous && group.previous[name] > 0 ? [' ', delta(group[name], group.previous[name])] : null),
  });
  return [
    { key: 'name', label: t(`targets.by_${by}`), lead: true, name: (group) => nameOf(by, group), cell: (group) => nameCell(by, group, context) },
    ...FIGURES.map(figure),
    { key: 'rate', label: t('targets.join_rate'), num: true, cell: (group) => percent(group.joined / group.shown) },
    { key: 'before', label: t('targets.before'), num: true, cls: 'soft', cell: (group) => (group.previous ? number(group.previous.shown) : '–') },
  ];
}

function csv(by, said) {
  const names = ['shown', 'visitors', 'pressed', 'joined', 'left'];
  return {
    name: `targets-by-${by}`, head: [t(`targets.by_${by}`), ...names.map((name) => t(`live.${name}`)), ...names.map((name) => t('targets.before_of', { name: t(`live.${name}`) }))],
    rows: said.groups.map((group) => [nameOf(by, group), ...names.map((name) => group[name]), ...names.map((name) => (group.previous ? group.previous[name] : ''))]),
  };
}

/* ---- charts ---- */

function dayName(start, interval) {
  const at = new Date(`${start.slice(0, 19)}Z`); // its own digits are the reader's time
  const options = interval === 'hour' ? { hour: '2-digit', hourCycle: 'h23' } : { month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: 'UTC', ...options }).format(at);
}

function seriesChart(said) {
  return chart({
    label: t('targets.series'), kind: 'line', labels: said.series.map((one) => dayName(one.start, said.interval)),
    series: FIGURES.map((name, i) => ({ name: t(`live.${name}`), values: said.series.map((one) => one[name]), colour: `chart-${i + 1}` })),
  });
}

function groupsChart(by, said) {
  const rows = said.groups.slice(0, BARS);
  return chart({
    label: t(`targets.by_${by}`), kind: 'bar', horizontal: true, height: 90 + rows.length * 44, labels: rows.map((group) => nameOf(by, group)),
    series: FIGURES.map((name, i) => ({ name: t(`live.${name}`), values: rows.map((group) => group[name]), colour: `chart-${i + 1}` })),
  });
}

/* ---- the whole ---- */

async function names(by, said) {
  if (by === 'channel') {
    await loadNames('channel', said.groups.map((group) => group.channel).filter(Boolean));
  } else if (by === 'link') {
    await loadNames('link', said.groups.filter((group) => !group.name).map((group) => group.link));
  }
}

/**
 * targetsReport({signal, link, by, conditions(), groups, changed(by)}) -> {element, load()}: `link` is one link, else all;
 * conditions() gives period or from and to, tz and compare of the API; groups are offered of GROUPS.
 */
export function targetsReport({ signal, link, by: first = 'target', conditions, groups = GROUPS, changed = () => {} }) {
  const body = h('div', { class: 'stack' }, loading(5));
  const shown = { by: first, said: null, view: 'table' };
  let turn = 0;

  const draw = () => {
    const { by, said, view } = shown;
    if (said.groups.length === 0) {
      replace(body, nothing(t('targets.none')));
      return;
    }
    const list = table({ cls: 'targets-table', caption: t(`targets.by_${by}`), columns: columns(by, { link }), rowKey: (group) => String(group.target ?? group.link ?? group.staff ?? group.channel ?? '') });
    list.add(said.groups);
    replace(body, figureCards(said), view === 'table' ? h('div', { class: 'table-box' }, list.element) : view === 'bars' ? groupsChart(by, said) : seriesChart(said),
      said.groups_total > said.groups.length && h('p', { class: 'small soft' }, t('targets.more', { n: number(said.groups_total - said.groups.length) })));
  };
  const load = async () => {
    turn += 1;
    const mine = turn;
    body.setAttribute('aria-busy', 'true');
    try {
      const said = await api.get('/stats/targets', { ...conditions(), link: link?.id, group_by: shown.by, limit: LIMIT }, { signal });
      await names(shown.by, said);
      if (mine === turn) {
        shown.said = said;
        draw();
      }
    } catch (error) {
      if (mine === turn && error.name !== 'AbortError') {
        replace(body, failed(error, load));
      }
    } finally {
      if (mine === turn) {
        body.removeAttribute('aria-busy');
      }
    }
  };
  const ways = segments(t('targets.by'), groups.map((one) => [one, t(`targets.by_${one}`)]), shown.by, (by) => { shown.by = by; changed(by); load(); });
  const views = segments(t('targets.view'), ['table', 'bars', 'series'].map((one) => [one, t(`targets.view_${one}`)]), shown.view, (view) => { shown.view = view; if (shown.said) { draw(); } });
  const element = card({ title: t(link ? 'targets.title_link' : 'targets.groups'), cls: 'targets-report', actions: [csvButton(t('targets.title'), () => shown.said && csv(shown.by, shown.said))] },
    h('div', { class: 'row far targets-ways' }, h('div', { class: 'scroll-x' }, ways), h('div', { class: 'scroll-x' }, views)), body);
  return { element, load };
}

