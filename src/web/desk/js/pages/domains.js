/* SPDX-License-Identifier: MIT */
/* The hosts of short links, and what to set up outside so that they lead here. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { copyButton } from '../components/copy.js';
import { confirm, dialog } from '../components/dialog.js';
import { selectField, switchField, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { menu } from '../components/menu.js';
import { badge, failed, loading, notice, pageHead } from '../components/page.js';
import { table, tableBox } from '../components/table.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail, toast } from '../components/toast.js';

const URLS = ['root_url', 'not_found_url', 'expired_url'];

/** A host that nobody outside can open: no dot in it, or an address of a private network. */
function isLocal(host) {
  const name = host.replace(/:\d+$/, '');
  return !name.includes('.') || /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(name) || name.endsWith('.local') || name.endsWith('.test');
}

/** A server block like those of config/nginx.conf, with the addresses this installation listens at. */
function nginxText(host, address) {
  return [
    'server {', '    listen 443 ssl;', `    server_name ${host.replace(/:\d+$/, '')};`, '    ssl_certificate     /path/to/fullchain.pem;',
    '    ssl_certificate_key /path/to/privkey.pem;', '    proxy_http_version 1.1;', '    proxy_set_header Connection "";', '    proxy_set_header Host $http_host;',
    '    proxy_set_header X-Forwarded-For $remote_addr;', '    proxy_set_header X-Forwarded-Proto $scheme;', '    proxy_set_header X-Request-ID $request_id;',
    `    location / { proxy_pass http://${address('listen')}; }`, `    location /-/ { proxy_pass http://${address('public_listen')}; }`, '}',
  ].join('\n');
}

async function guide(domain) {
  const settings = (await places.all('/settings').catch(() => []));
  const text = nginxText(domain.host, (name) => settings.find((row) => row.name === name)?.value || '127.0.0.1');
  dialog({
    title: t('domains.guide_title', { host: domain.host }), wide: true, body: [
      isLocal(domain.host) && notice('', t('domains.local')),
      h('ol', { class: 'steps' },
        h('li', null, h('h3', null, t('domains.step_dns')), h('p', null, t('domains.step_dns_text', { host: domain.host.replace(/:\d+$/, '') }))),
        h('li', null, h('h3', null, t('domains.step_nginx')), h('p', null, t('domains.step_nginx_text')), h('pre', { class: 'code', tabindex: '0' }, text), copyButton(() => text, { kind: 'small' })),
        h('li', null, h('h3', null, t('domains.step_try')), h('p', null, t('domains.step_try_text')), h('p', null, h('a', { href: `${domain.scheme}://${domain.host}/-/healthz`, target: '_blank', rel: 'noopener' }, `${domain.scheme}://${domain.host}/-/healthz`)))),
    ],
  });
}

function fieldsOf(domain) {
  return [
    !domain && textField({ name: 'host', label: t('domains.host'), hint: t('domains.host_hint'), placeholder: 's.example.com', attrs: { spellcheck: 'false', autocapitalize: 'none' } }),
    selectField({ name: 'scheme', label: t('domains.scheme'), options: [['https', 'https'], ['http', 'http']], value: domain?.scheme || 'https' }),
    switchField({ name: 'is_default', label: t('domains.default'), hint: t('domains.default_hint'), value: domain?.is_default ?? false, attrs: { disabled: domain?.is_default } }),
    switchField({ name: 'shareable', label: t('domains.shareable'), hint: t('domains.shareable_hint'), value: domain?.shareable ?? true }),
    switchField({ name: 'enabled', label: t('domains.enabled'), hint: t('domains.enabled_hint'), value: domain?.enabled ?? true }),
    selectField({ name: 'serves', label: t('domains.serves'), hint: t('domains.serves_hint'), options: [['all', t('domains.serves_all')], ['own', t('domains.serves_own')]], value: domain?.serves || 'all' }),
    ...URLS.map((name) => textField({ name, label: t(`domains.${name}`), hint: t(`domains.${name}_hint`), optional: true, type: 'url', value: domain?.[name] })),
    textField({ name: 'code_length', label: t('domains.code_length'), hint: t('domains.code_length_hint'), optional: true, type: 'number', value: domain?.code_length ?? '', attrs: { min: 5, max: 10 } }),
  ].filter(Boolean);
}

function edit(domain, changed) {
  const box = dialog({
    title: domain ? t('domains.edit_title', { host: domain.host }) : t('domains.add'), body: form({
      fields: fieldsOf(domain), submit: submitButton(t(domain ? 'save' : 'domains.add')), onSubmit: async (values) => {
        const body = { ...values, code_length: values.code_length === '' ? null : Number(values.code_length) };
        URLS.forEach((name) => { body[name] = values[name] || null; });
        if (domain?.is_default) {
          delete body.is_default; // another one takes it over
        }
        const made = domain ? await api.patch(`/domains/${api.segment(domain.host)}`, body) : await api.post('/domains', body);
        places.forget('/domains');
        box.close();
        changed();
        if (domain) {
          toast(t('domains.saved', { host: made.host }));
        } else {
          guide(made);
        }
      },
    }).element,
  });
}

async function change(domain, set, said, changed) {
  try {
    await api.patch(`/domains/${api.segment(domain.host)}`, set);
    places.forget('/domains');
    toast(said);
    changed();
  } catch (error) {
    fail(error);
  }
}

async function remove(domain, changed) {
  if (await confirm({ title: t('domains.delete_title', { host: domain.host }), text: t('domains.delete_text'), action: t('domains.delete'), bad: true })) {
    await api.del(`/domains/${api.segment(domain.host)}`);
    places.forget('/domains');
    toast(t('domains.deleted', { host: domain.host }));
    changed();
  }
}

function actions(domain, changed) {
  const name = t('domains.actions_of', { host: domain.host });
  return menu(button(name, { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
    { text: t('domains.edit'), icon: 'edit', run: () => edit(domain, changed) },
    !domain.is_default && domain.enabled && { text: t('domains.make_default'), icon: 'check', run: () => change(domain, { is_default: true }, t('domains.is_default_now', { host: domain.host }), changed) },
    { text: t('domains.details'), icon: 'pulse', href: href(`/domains/${api.segment(domain.host)}`) },
    { text: t('nav.report'), icon: 'chart', href: href('/report', { domain: domain.host }) },
    { text: t('domains.guide'), icon: 'help', run: () => guide(domain) },
    !domain.is_default && { text: t('domains.delete'), icon: 'trash', kind: 'bad', run: () => remove(domain, changed).catch(fail) },
  ].filter(Boolean), { label: name });
}

function badges(domain) {
  return h('div', { class: 'row' }, domain.enabled ? badge(t('domains.on'), 'good') : badge(t('domains.off'), 'bad'), domain.is_default && badge(t('domains.is_default')),
    !domain.shareable && badge(t('domains.not_shareable')), domain.blocks.filter((block) => block.state !== 'ok').map((block) => badge(`${t(`block_app.${block.app}`)} ${t(`domains.block_${block.state}`)}`, block.state === 'blocked' ? 'bad' : 'note')), isLocal(domain.host) && badge(t('domains.is_local'), 'note'));
}

function leads(domain) {
  const rows = URLS.filter((name) => domain[name]).map((name) => h('li', { class: 'any-break' }, h('span', { class: 'soft' }, `${t(`domains.${name}`)}${t('colon')}`), domain[name]));
  return rows.length > 0 ? h('ul', { class: 'small' }, rows) : '–';
}

const csvColumns = () => [
  [t('domains.host'), (domain) => `${domain.scheme}://${domain.host}`], [t('domains.state'), (domain) => t(domain.enabled ? 'domains.on' : 'domains.off')],
  [t('domains.is_default'), (domain) => t(domain.is_default ? 'domains.csv_yes' : 'domains.csv_no')], [t('domains.serves'), (domain) => t(`domains.serves_${domain.serves}`)],
  ...URLS.map((name) => [t(`domains.${name}`), (domain) => domain[name]]),
  [t('domains.csv_blocks'), (domain) => domain.blocks.filter((block) => block.state !== 'ok').map((block) => `${t(`block_app.${block.app}`)} ${t(`domains.block_${block.state}`)}`).join('; ')],
];

export async function show(view) {
  const place = h('div', { class: 'stack' });
  async function load() {
    try {
      const page = await api.get('/domains', null, { signal: view.signal });
      const list = table({
        cls: 'people-table', caption: t('domains.title'), rowKey: (domain) => domain.host, columns: [
          { key: 'host', label: t('domains.host'), lead: true, name: (domain) => domain.host, cell: (domain) => h('span', { class: 'strong any-break' }, `${domain.scheme}://${domain.host}`) },
          { key: 'state', label: t('domains.state'), cls: 'broad', bare: true, cell: badges },
          { key: 'serves', label: t('domains.serves'), cell: (domain) => t(`domains.serves_${domain.serves}`) },
          { key: 'urls', label: t('domains.leads'), cls: 'broad', bare: true, cell: leads },
          can('admin') && { key: 'acts', label: t('domains.actions'), hidden: true, cls: 'acts', cell: (domain) => actions(domain, load) },
        ].filter(Boolean),
      });
      list.add(page.items);
      const local = page.items.find((domain) => domain.is_default && isLocal(domain.host));
      replace(place, local && notice('', h('p', null, t('domains.local_default', { host: local.host })), can('admin') && button(t('domains.guide'), { kind: 'small', run: () => guide(local) })), tableBox(list));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  view.setTitle(t('domains.title'));
  append(view.el, pageHead({
    title: t('domains.title'), lead: t('domains.lead'),
    actions: [
      tableCsv({ name: t('domains.title'), columns: csvColumns(), rows: async () => (await api.get('/domains', null, { signal: view.signal })).items }),
      can('admin') && button(t('domains.add'), { kind: 'main', icon: 'add', run: () => edit(null, load) }),
    ].filter(Boolean),
  }), place);
  replace(place, h('div', { class: 'card flush' }, loading(3)));
  await load();
}
