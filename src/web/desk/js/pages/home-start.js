/* SPDX-License-Identifier: MIT */
/* Where there is nothing to report yet: what to do first, and where to begin when there is much already somewhere else. */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';

function step(number, name, ...actions) {
  return h('li', { class: 'start-step' }, h('span', { class: 'start-number', 'aria-hidden': 'true' }, number),
    h('div', { class: 'stack tight' }, h('h3', null, t(`start.${name}`)), h('p', { class: 'soft small' }, t(`start.${name}_text`)),
      h('div', { class: 'row' }, actions)));
}

export function startSteps() {
  const write = can('links:write');
  const to = (word, icon, path) => button(t(word), { kind: 'small', icon, href: href(path) });
  return h('div', { class: 'stack' },
    h('div', null, h('h2', null, t('start.title')), h('p', { class: 'soft' }, t(write ? 'start.lead' : 'start.lead_viewer'))),
    write && h('ol', { class: 'start-steps' },
      step(1, 'make', to('nav.fan_out', 'layers', '/fan-out')),
      step(2, 'post', to('nav.channels', 'pin', '/channels')),
      step(3, 'read', to('nav.help', 'help', '/help'))),
    write && h('p', { class: 'small soft row' }, t('start.moving'), to('nav.import', 'upload', '/import'),
      can('admin') && to('nav.people', 'users', '/people')));
}
