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

function axes({ stacked, horizontal, tickOf }) {
  const grid = { color: colour('line'), drawBorder: false };
  const ticks = { color: colour('soft'), maxRotation: 0, autoSkipPadding: 16, ...(tickOf && { callback: (value, index) => tickOf(index) }) };
  const values = { stacked, beginAtZero: true, grid, ticks: { color: colour('soft'), precision: 0, maxTicksLimit: 6, callback: (value) => compact(value) } };
  const names = { stacked, grid: { display: false, drawBorder: false }, ticks };
  return horizontal ? { x: values, y: names } : { x: names, y: values };
}

function options({ stacked, horizontal, onPick, legend, titleOf, tickOf }) {
  const ground = colour('ground');
  return {
    responsive: true, maintainAspectRatio: false, animation: false, indexAxis: horizontal ? 'y' : 'x',
    interaction: { mode: 'index', intersect: false, axis: horizontal ? 'y' : 'x' },
    scales: axes({ stacked, horizontal, tickOf }),
    onClick: (event, found) => { if (onPick && found.length > 0) { onPick(found[0].index, found[0].datasetIndex); } },
    onHover: (event, found) => { event.native.target.style.cursor = onPick && found.length > 0 ? 'pointer' : ''; },
    plugins: {
      legend: { display: Boolean(legend), position: 'bottom', labels: { color: colour('soft'), boxWidth: 10, boxHeight: 10, usePointStyle: true } },
      tooltip: {
        backgroundColor: colour('ink'), titleColor: ground, bodyColor: ground, padding: 10, cornerRadius: 8, boxPadding: 4, usePointStyle: true,
        callbacks: {
          label: (item) => ` ${item.dataset.label}${t('colon')}${number(item.raw)}`, ...(titleOf && { title: (items) => titleOf(items[0].dataIndex) }),
        },
      },
    },
  };
}

function dataset(kind, series, i) {
  const line = colour(series.colour || `chart-${(i % 6) + 1}`);
  return kind === 'line'
    ? {
      label: series.name, data: series.values, borderColor: line, backgroundColor: `${line}1f`, borderWidth: 2, cubicInterpolationMode: 'monotone',
      pointRadius: series.values.length > 20 ? 0 : 2, pointHoverRadius: 5, fill: i === 0 && !series.dashed, borderDash: series.dashed ? [5, 4] : [],
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
 * plot(height) -> {element, show(spec), close()}: a canvas whose figures change. spec: {kind: 'line' | 'bar', label, labels,
 * series: [{name, values, colour, dashed}], stacked, horizontal, legend, onPick(index, series), tickOf(index), titleOf(index)}.
 */
export function plot(height) {
  const canvas = h('canvas', { role: 'img' });
  const element = h('div', { class: 'chart', style: { height: `${height}px` } }, canvas);
  let drawn = null;
  let spec = null;
  const draw = async () => {
    const Chart = await chartLibrary();
    drawn?.destroy();
    drawn = null;
    if (!spec || !element.isConnected) {
      return;
    }
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawn = new Chart(canvas, {
      type: spec.kind || 'line', data: { labels: spec.labels, datasets: spec.series.map((one, i) => dataset(spec.kind || 'line', one, i)) }, options: options(spec),
    });
  };
  const themed = () => draw();
  const fit = () => drawn?.resize();
  document.addEventListener('desk:theme', themed);
  window.addEventListener('beforeprint', fit);
  return {
    element,
    show(next) {
      spec = next;
      canvas.setAttribute('aria-label', spec.label);
      return draw();
    },
    close() {
      spec = null;
      drawn?.destroy();
      drawn = null;
      document.removeEventListener('desk:theme', themed);
      window.removeEventListener('beforeprint', fit);
    },
  };
}

/**
 * chart({…the spec of plot(), height}) -> an element that draws itself. Replace it to show other figures; take it out of the
 * page and it is let go of.
 */
export function chart({ height = 260, ...spec }) {
  const inside = plot(height);
  const element = h('figure', null, inside.element, figures(spec.labels, spec.series));
  const gone = () => {
    if (!element.isConnected) {
      inside.close();
      document.removeEventListener('desk:route', gone);
      document.removeEventListener('desk:theme', gone);
    }
  };
  document.addEventListener('desk:route', gone);
  document.addEventListener('desk:theme', gone);
  requestAnimationFrame(() => inside.show({ ...spec, legend: spec.series.length > 1 })
    .catch(() => replace(inside.element, h('p', { class: 'soft' }, t('problem.unknown')))));
  return element;
}
