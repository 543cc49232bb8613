/* SPDX-License-Identifier: MIT */
/*
 * Charts. Chart.js is fetched when the first one is drawn; colours are those of the theme and change with it. Every chart
 * has a label for screen readers and stands beside a table of the same figures, or brings one (`figures()`).
 */
import { h, replace } from '../dom.js';
import { compact, number } from '../format.js';
import { t } from '../i18n.js';

let library = null;

/** The Chart class. */
export function chartLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = h('script', {
      src: new URL('../vendor/chart.js', import.meta.url).href,
      on: { load: () => resolve(window.Chart), error: () => reject(new TypeError('module chart.js')) },
    });
    document.head.append(script);
  });
  return library;
}

/** The theme's value of a custom property: colour('chart-1') */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axes(stacked, horizontal) {
  const grid = { color: colour('line'), drawBorder: false };
  const ticks = { color: colour('soft'), maxRotation: 0, autoSkipPadding: 16 };
  const values = { stacked, beginAtZero: true, grid, ticks: { ...ticks, precision: 0, maxTicksLimit: 6, callback: (value) => compact(value) } };
  const names = { stacked, grid: { display: false, drawBorder: false }, ticks };
  return horizontal ? { x: values, y: names } : { x: names, y: values };
}

function options({ stacked, horizontal, onPick, legend }) {
  return {
    responsive: true, maintainAspectRatio: false, animation: false, indexAxis: horizontal ? 'y' : 'x',
    interaction: { mode: 'index', intersect: false, axis: horizontal ? 'y' : 'x' },
    scales: axes(stacked, horizontal),
    onClick: (event, found) => { if (onPick && found.length > 0) { onPick(found[0].index, found[0].datasetIndex); } },
    onHover: (event, found) => { event.native.target.style.cursor = onPick && found.length > 0 ? 'pointer' : ''; },
    plugins: {
      legend: { display: legend, position: 'bottom', labels: { color: colour('soft'), boxWidth: 10, boxHeight: 10, usePointStyle: true } },
      tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}${t('colon')}${number(item.raw)}` } },
    },
  };
}

function dataset(kind, series, i) {
  const line = colour(series.colour || `chart-${(i % 6) + 1}`);
  return kind === 'line'
    ? {
      label: series.name, data: series.values, borderColor: line, backgroundColor: `${line}1f`, borderWidth: 2, tension: 0.25,
      pointRadius: series.values.length > 60 ? 0 : 2, pointHoverRadius: 5, fill: i === 0 && !series.dashed, borderDash: series.dashed ? [5, 4] : [],
    }
    : { label: series.name, data: series.values, backgroundColor: line, borderRadius: 4, maxBarThickness: 32 };
}

/** The same figures as a table, folded away. */
export function figures(labels, series) {
  return h('details', { class: 'figures' }, h('summary', { class: 'small soft' }, t('chart.figures')), h('div', { class: 'table-box' }, h('table', { class: 'table' },
    h('thead', null, h('tr', null, h('td'), series.map((one) => h('th', { scope: 'col', class: 'num' }, one.name)))),
    h('tbody', null, labels.map((label, i) => h('tr', null, h('th', { scope: 'row' }, label), series.map((one) => h('td', { class: 'num' }, number(one.values[i])))))))));
}

/**
 * chart({kind: 'line' | 'bar', label, labels, series: [{name, values, colour, dashed}], height, stacked, horizontal,
 * onPick(index, series)}) -> an element that draws itself. Replace it to show other figures; take it out of the page and
 * it is let go of.
 */
export function chart({ kind = 'line', label, labels, series, height = 260, stacked = false, horizontal = false, onPick }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const box = h('div', { class: 'chart', style: { height: `${height}px` } }, canvas);
  const element = h('figure', null, box, figures(labels, series));
  let drawn = null;
  const draw = async () => {
    const Chart = await chartLibrary();
    drawn?.destroy();
    drawn = null;
    if (!element.isConnected) {
      document.removeEventListener('desk:theme', draw);
      return;
    }
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn = new Chart(canvas, {
      type: kind, data: { labels, datasets: series.map((one, i) => dataset(kind, one, i)) },
      options: options({ stacked, horizontal, onPick, legend: series.length > 1 }),
    });
  };
  document.addEventListener('desk:theme', draw);
  requestAnimationFrame(() => draw().catch(() => replace(box, h('p', { class: 'soft' }, t('problem.unknown')))));
  return element;
}
