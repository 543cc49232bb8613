/* SPDX-License-Identifier: MIT */
/*
 * Every page is a row: `path` below /desk (":name" takes one segment), `page` its module, `words` its files of words.
 * With `nav` it stands in the navigation: group, icon, word, keys, and the scope without which it is not offered
 * (`counted`: with the number of today.js beside it); a page
 * that is not there has its `scope` beside its path.
 *
 * A page's module exports `async function show(view)`: it fills view.el (see router.js for what else a view has) and may
 * return a function that is called when the page is left. `redirect()` says where an address without a page leads.
 */
import { can } from './session.js';

export const routes = [
  { path: '/', redirect: () => (can('stats:read') ? '/report' : '/links') },
  {
    path: '/report', page: () => import('./pages/report.js'), words: ['report', 'values', 'home'],
    nav: { group: 'work', icon: 'chart', word: 'nav.overview', keys: 'g o', scope: 'stats:read' },
  },
  {
    path: '/links', page: () => import('./pages/links.js'), words: ['links'],
    nav: { group: 'work', icon: 'link', word: 'nav.links', keys: 'g l', scope: 'links:read' },
  },
  {
    path: '/today', page: () => import('./pages/today.js'), words: ['today', 'live', 'links'],
    nav: { group: 'work', icon: 'bell', word: 'nav.today', keys: 'g n', scope: 'links:read', counted: true },
  },
  { path: '/new', page: () => import('./pages/create.js'), words: ['create', 'links'] },
  {
    path: '/fan-out', page: () => import('./pages/fan-out.js'), words: ['fanout', 'create', 'links'],
    nav: { group: 'work', icon: 'layers', word: 'nav.fan_out', keys: 'g f', scope: 'links:write' },
  },
  { path: '/links/:ref', page: () => import('./pages/link.js'), words: ['link', 'live', 'links', 'create', 'report', 'values'] },
  { path: '/links/:ref/rules', page: () => import('./pages/rules.js'), words: ['rules', 'live', 'values'] },
  { path: '/links/:ref/edit', page: () => import('./pages/edit.js'), words: ['create', 'links'] },
  {
    path: '/clicks', page: () => import('./pages/clicks.js'), words: ['clicks', 'links', 'values'],
    nav: { group: 'understand', icon: 'list', word: 'nav.clicks', keys: 'g t', scope: 'stats:read' },
  },
  {
    path: '/targets', page: () => import('./pages/targets.js'), words: ['targets', 'live', 'report', 'values'],
    nav: { group: 'understand', icon: 'qr', word: 'nav.targets', scope: 'stats:read' },
  },
  {
    path: '/attribution', page: () => import('./pages/attribution.js'), words: ['deals', 'attribution', 'report', 'values'],
    nav: { group: 'convert', icon: 'merge', word: 'nav.attribution', keys: 'g r', scope: 'stats:read' },
  },
  {
    path: '/funnel', page: () => import('./pages/funnel.js'), words: ['funnel', 'deals', 'attribution', 'report', 'values'],
    nav: { group: 'convert', icon: 'funnel', word: 'nav.funnel', keys: 'g y', scope: 'stats:read' },
  },
  { path: '/funnel/cohorts', page: () => import('./pages/cohorts.js'), words: ['funnel', 'deals', 'attribution', 'report', 'values'], scope: 'stats:read' },
  {
    path: '/costs', page: () => import('./pages/costs.js'), words: ['costs', 'attribution', 'report', 'values'],
    nav: { group: 'convert', icon: 'wallet', word: 'nav.costs', keys: 'g m', scope: 'stats:read' },
  },
  { path: '/costs/entries', page: () => import('./pages/cost-entries.js'), words: ['costs', 'values'], scope: 'stats:read' },
  {
    path: '/radar', page: () => import('./pages/radar.js'), words: ['radar', 'deals', 'values'],
    nav: { group: 'convert', icon: 'radar', word: 'nav.radar', keys: 'g s', scope: 'customers:read' },
  },
  {
    path: '/customers', page: () => import('./pages/customers.js'), words: ['deals', 'customers'],
    nav: { group: 'convert', icon: 'user', word: 'nav.customers', keys: 'g c', scope: 'customers:read' },
  },
  { path: '/customers/import', page: () => import('./pages/deals-import.js'), words: ['dealsin', 'transfer', 'deals'], scope: 'events:write' },
  { path: '/customers/:id', page: () => import('./pages/customer.js'), words: ['deals', 'customers', 'values'], scope: 'customers:read' },
  {
    path: '/stages', page: () => import('./pages/stages.js'), words: ['stages', 'deals', 'values'],
    nav: { group: 'convert', icon: 'steps', word: 'nav.stages', keys: 'g w', scope: 'customers:read' },
  },
  {
    path: '/inlets', page: () => import('./pages/inlets.js'), words: ['inlets', 'deals'],
    nav: { group: 'convert', icon: 'inlet', word: 'nav.inlets', scope: 'admin' },
  },
  {
    path: '/channels', page: () => import('./pages/channels.js'), words: ['labels', 'channels'],
    nav: { group: 'organise', icon: 'pin', word: 'nav.channels', keys: 'g h', scope: 'links:read' },
  },
  {
    path: '/campaigns', page: () => import('./pages/campaigns.js'), words: ['labels'],
    nav: { group: 'organise', icon: 'flag', word: 'nav.campaigns', keys: 'g a', scope: 'links:read' },
  },
  {
    path: '/tags', page: () => import('./pages/tags.js'), words: ['labels'],
    nav: { group: 'organise', icon: 'tag', word: 'nav.tags', scope: 'links:read' },
  },
  {
    path: '/utm', page: () => import('./pages/utm.js'), words: ['utm'],
    nav: { group: 'organise', icon: 'book', word: 'nav.utm', scope: 'links:read' },
  },
  {
    path: '/domains', page: () => import('./pages/domains.js'), words: ['domains'],
    nav: { group: 'run', icon: 'globe', word: 'nav.domains', scope: 'admin' },
  },
  { path: '/domains/:host', page: () => import('./pages/domain.js'), words: ['domains'], scope: 'admin' },
  {
    path: '/repoints', page: () => import('./pages/repoints.js'), words: ['repoints'],
    nav: { group: 'organise', icon: 'restore', word: 'nav.repoints', scope: 'links:write' },
  },
  {
    path: '/destinations', page: () => import('./pages/destinations.js'), words: ['destinations'],
    nav: { group: 'run', icon: 'filter', word: 'nav.destinations', scope: 'admin' },
  },
  {
    path: '/import', page: () => import('./pages/import.js'), words: ['transfer', 'create', 'links'],
    nav: { group: 'organise', icon: 'upload', word: 'nav.import', keys: 'g i', scope: 'links:write' },
  },
  {
    path: '/export', page: () => import('./pages/export.js'), words: ['transfer', 'links'],
    nav: { group: 'organise', icon: 'download', word: 'nav.export', keys: 'g x', scope: 'links:read' },
  },
  {
    path: '/people', page: () => import('./pages/people.js'), words: ['people'],
    nav: { group: 'run', icon: 'users', word: 'nav.people', keys: 'g p', scope: 'admin' },
  },
  { path: '/people/:key/hand-over', page: () => import('./pages/hand-over.js'), words: ['people'], scope: 'admin' },
  {
    path: '/keys', page: () => import('./pages/keys.js'), words: ['keys', 'create'],
    nav: { group: 'run', icon: 'key', word: 'nav.keys', scope: 'admin' },
  },
  {
    path: '/robots', page: () => import('./pages/robots.js'), words: ['robots'],
    nav: { group: 'run', icon: 'robot', word: 'nav.robots', scope: 'admin' },
  },
  {
    path: '/audit', page: () => import('./pages/audit.js'), words: ['audit'],
    nav: { group: 'run', icon: 'clock', word: 'nav.audit', keys: 'g u', scope: 'links:write' },
  },
  {
    path: '/health', page: () => import('./pages/health.js'), words: ['health'],
    nav: { group: 'run', icon: 'pulse', word: 'nav.health', keys: 'g e', scope: 'admin' },
  },
  {
    path: '/settings', page: () => import('./pages/settings.js'), words: ['settings'],
    nav: { group: 'run', icon: 'settings', word: 'nav.settings', scope: 'admin' },
  },
  { path: '/account', page: () => import('./pages/account.js'), words: ['account', 'keys', 'create'] },
  { path: '/help', page: () => import('./pages/help.js'), words: ['help'], nav: { group: 'run', icon: 'help', word: 'nav.help' } },
];

/** Groups of the navigation, in order; a group without pages is not shown. */
export const groups = ['work', 'understand', 'convert', 'organise', 'run'];
