/* SPDX-License-Identifier: MIT */
/*
 * What the server says of a link while it is being filled in: which address is meant by a pasted text, where a visitor
 * would arrive, and whether the alias is free. The rules are the server's, so they stand there and not here.
 */
import * as api from './api.js';
import { debounce, h, replace } from './dom.js';
import { t } from './i18n.js';
import { warningText } from './link.js';
import { UTM } from './linkform.js';
import { notice } from './components/page.js';

const ASK_AFTER_MS = 220;
const WECHAT_NOTES = ['wechat_card', 'wechat_scan_only'];
const SENT = ['channel', 'campaign', 'domain', 'owner', 'customer', ...UTM];

/** Where `after` differs from `before`: [[text, isNew], …]. One stretch is marked, from the first to the last difference. */
export function changedPart(before, after) {
  let head = 0;
  let tail = 0;
  const most = Math.min(before.length, after.length);
  while (head < most && before[head] === after[head]) {
    head += 1;
  }
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail += 1;
  }
  return [[after.slice(0, head), false], [after.slice(head, after.length - tail), true], [after.slice(after.length - tail), false]]
    .filter(([text]) => text);
}

/** A note on a WeChat code says what is wrong with it; the warning of any link to one would say so again. */
function told(warnings) {
  const known = warnings.some((one) => WECHAT_NOTES.includes(one.code));
  return warnings.filter((one) => !known || one !== 'target_breaks_behind_redirect');
}

function question(fields, applyTemplate) {
  const body = { text: fields.url.get(), apply_template: applyTemplate };
  SENT.forEach((name) => {
    const value = fields[name]?.get();
    if (value) {
      body[name] = value;
    }
  });
  return body;
}

/**
 * watchTarget(fields, {template}) -> {element, settle()}. `element` shows the final address, what was done to the text and
 * what to mind. settle() resolves once the last answer is in; it puts the address found in the place of the text.
 * With `template` the channel's UTM values show in the fields they will fill.
 */
export function watchTarget(fields, { template = true } = {}) {
  const shown = h('p', { class: 'preview any-break' });
  const notes = h('div', { class: 'stack tight' });
  const element = h('div', { class: 'stack tight' },
    h('div', { class: 'preview-box', role: 'status' }, h('p', { class: 'small strong' }, t('create.preview')), shown), notes);
  let turn = 0;
  let last = Promise.resolve(null);
  let asked = '';

  const draw = (verdict) => {
    const missing = !verdict || !verdict.preview;
    replace(shown, missing ? h('span', { class: 'soft' }, t(verdict && !verdict.found ? 'create.no_address' : 'create.preview_empty'))
      : changedPart(verdict.url, verdict.preview).map(([text, isNew]) => (isNew ? h('mark', null, text) : text)));
    replace(notes, told(verdict?.warnings || []).map((warning) => notice('', warningText(warning))));
    fields.url.setNote(verdict?.details.length > 0 ? verdict.details.join(' ') : t('create.url_hint'), verdict?.details.length > 0 ? 'good' : '');
    UTM.forEach((name) => {
      const value = template && !fields[name].get() && verdict?.utm[name];
      fields[name].control.setAttribute('placeholder', value ? t('create.from_template', { value }) : '');
    });
  };
  const ask = async () => {
    turn += 1;
    const mine = turn;
    const body = question(fields, template);
    const verdict = body.text ? await api.post('/url-check', body).catch(() => null) : null;
    if (mine === turn) {
      draw(verdict);
    }
    return verdict;
  };
  const askNow = () => {
    asked = JSON.stringify(question(fields, template));
    last = ask();
    return last;
  };
  const soon = debounce(askNow, ASK_AFTER_MS);
  const settle = async () => {
    const verdict = await (asked === JSON.stringify(question(fields, template)) ? last : askNow());
    if (verdict?.found && verdict.url && verdict.url !== fields.url.get()) {
      fields.url.set(verdict.url);
      asked = JSON.stringify(question(fields, template)); // the same question in other words
    }
    return verdict;
  };

  [fields.url, ...SENT.map((name) => fields[name]).filter(Boolean)].forEach((field) => {
    field.control.addEventListener('input', soon);
    field.element.addEventListener('change', soon);
  });
  fields.url.control.addEventListener('input', () => fields.url.setError(''));
  fields.url.control.addEventListener('paste', () => setTimeout(settle));
  fields.url.control.addEventListener('blur', settle);
  draw(null);
  if (fields.url.get()) {
    askNow();
  }
  return { element, settle };
}

/** Says while typing whether the alias may be taken, and offers one that may; `own` is the link's own, which it keeps. */
export function watchAlias(fields, own = null) {
  const { alias, domain } = fields;
  const offer = h('p', { class: 'hint' });
  let turn = 0;
  alias.element.append(offer);
  const draw = (answer) => {
    replace(offer);
    if (!answer || answer.available) {
      alias.setNote(t(answer ? 'create.alias_free' : 'create.alias_hint'), answer ? 'good' : '');
      alias.setError('');
      return;
    }
    alias.setNote('');
    alias.setError(answer.detail || t('create.alias_taken'));
    if (answer.suggestion) {
      replace(offer, t('create.alias_instead'), ' ', h('button', {
        class: 'link-button', type: 'button', on: { click: () => { alias.set(answer.suggestion); ask(); alias.control.focus(); } },
      }, answer.suggestion));
    }
  };
  const ask = async () => {
    turn += 1;
    const mine = turn;
    const text = alias.get();
    const answer = text && text !== own
      ? await api.get('/alias-check', { alias: text, domain: domain?.get() }).catch(() => null) : null;
    if (mine === turn) {
      draw(answer);
    }
  };
  alias.control.addEventListener('input', debounce(ask, ASK_AFTER_MS));
  domain?.control.addEventListener('change', () => {
    alias.element.querySelector('.before .cut').textContent = `${domain.get()}/`;
    ask();
  });
}
