/* SPDX-License-Identifier: MIT */
/*
 * The rules of a live code: asked in order, the first that holds and has a target open decides. They are changed on the
 * screen, tried out by the simulator beside them, and stored together. What was not stored is kept in the tab.
 */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { linkHref, shortName } from '../link.js';
import { can } from '../session.js';
import { loadNames } from '../values.js';
import { busyWhile, button } from '../components/button.js';
import { menu } from '../components/menu.js';
import { card, empty, notice, pageHead } from '../components/page.js';
import { fail, problemText, toast } from '../components/toast.js';
import { ruleEditor } from './rules-editor.js';
import { templatesToOffer } from './rules-templates.js';
import { simulator } from './rules-try.js';

const RULES_MAX = 32;

/* ---- what was not stored, in the tab ---- */

function draftOf(link) {
  const name = `linkpond.rules.${link.id}`;
  return {
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(name));
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        if (value) {
          sessionStorage.setItem(name, JSON.stringify(value));
        } else {
          sessionStorage.removeItem(name);
        }
      } catch {
        /* no storage: then only the page itself holds it */
      }
    },
  };
}

/** What the API takes of a rule. */
function sent(rule) {
  const { id, name, enabled, when, choose, sticky, targets } = rule;
  return { ...(id ? { id } : {}), name: name || '', enabled, when, choose, sticky, targets };
}

function blank() {
  return { name: '', enabled: true, when: [], choose: 'first', sticky: false, targets: [] };
}

/* ---- the list ---- */

class RuleList {
  constructor({ link, pool, write, changed }) {
    this.link = link;
    this.pool = pool;
    this.write = write;
    this.changed = changed;
    this.editors = [];
    this.element = h('ol', { class: 'rules' });
  }

  rules() {
    return this.editors.map((editor) => sent(editor.rule));
  }

  make(rule, open) {
    const editor = ruleEditor(rule, {
      pool: this.pool, write: this.write, open, changed: this.changed, index: () => this.at(editor), count: () => this.editors.length,
      move: (by) => this.move(editor, by), copy: () => this.add([{ ...structuredClone(rule), id: undefined }], this.at(editor) + 1), remove: () => this.remove(editor),
    });
    return editor;
  }

  at(editor) {
    return this.editors.indexOf(editor);
  }

  set(rules) {
    this.editors = [];
    rules.forEach((rule) => this.editors.push(this.make(rule, false)));
    this.draw();
  }

  add(rules, at = this.editors.length) {
    const made = rules.map((rule) => this.make(rule, true));
    this.editors.splice(at, 0, ...made);
    this.draw();
    made[0]?.focus('edit');
    made[0]?.element.scrollIntoView({ block: 'nearest' });
    this.changed();
  }

  move(editor, by) {
    const at = this.at(editor);
    if (at + by < 0 || at + by >= this.editors.length) {
      return;
    }
    this.editors.splice(at, 1);
    this.editors.splice(at + by, 0, editor);
    this.draw();
    const edge = at + by === (by < 0 ? 0 : this.editors.length - 1);
    editor.focus(edge ? (by < 0 ? 'down' : 'up') : by < 0 ? 'up' : 'down');
    this.changed();
  }

  remove(editor) {
    const at = this.at(editor);
    this.editors.splice(at, 1);
    this.draw();
    this.changed();
    (this.editors[at] || this.editors.at(-1))?.focus('edit');
    toast(t('rules.removed'), { action: t('undo'), run: () => { this.editors.splice(at, 0, editor); this.draw(); this.changed(); } });
  }

  draw() {
    replace(this.element, this.editors.map((editor) => editor.element));
    this.editors.forEach((editor) => editor.redraw());
    this.element.hidden = this.editors.length === 0;
  }

  /** Warnings of the API at their rules; those about all of them are given back. */
  warn(warnings) {
    this.editors.forEach((editor, i) => editor.setWarnings(warnings.filter((one) => one.rule === i).map((one) => one.detail)));
    return warnings.filter((one) => one.rule === null).map((one) => one.detail);
  }

  decide(index) {
    this.editors.forEach((editor, i) => editor.setDeciding(i === index));
  }

  clearErrors() {
    this.editors.forEach((editor) => editor.clearErrors());
  }

  /** Sentences that could not be put where they belong. */
  setErrors(problem) {
    this.clearErrors();
    const rest = [];
    for (const [field, text] of problem.fields || []) {
      const found = /^rules\[(\d+)\]\.?(.*)$/.exec(field);
      if (found && this.editors[Number(found[1])]) {
        this.editors[Number(found[1])].setError(found[2], text);
      } else {
        rest.push(text);
      }
    }
    return rest;
  }
}

/* ---- the page ---- */

/** Names of the labels that conditions ask for. */
function channelNames(rules) {
  const channels = rules.flatMap((rule) => rule.when.filter((one) => one.fact === 'channel').flatMap((one) => one.is || one.not));
  return channels.length > 0 ? loadNames('channel', channels).catch(() => {}) : null;
}

async function load(view, path) {
  const link = await api.get(path, null, { signal: view.signal });
  const [pool, tagged] = await Promise.all([api.get(`${path}/targets`, null, { signal: view.signal }), api.getTagged(`${path}/rules`, null, { signal: view.signal })]);
  await channelNames(tagged.data.rules);
  return { link, pool: pool.items, rules: tagged.data.rules, etag: tagged.etag };
}

function ends(link) {
  return h('dl', { class: 'rule-ends small' },
    h('div', null, h('dt', { class: 'soft' }, t('rules.otherwise')), h('dd', { class: 'any-break' }, link.url)),
    h('div', null, h('dt', { class: 'soft' }, t('rules.dry')), h('dd', { class: 'any-break' }, link.fallback_url || t('rules.dry_page'))));
}

async function storeWeights(path, pool, before) {
  for (const target of pool.filter((one) => before.get(one.id) !== one.weight)) {
    await api.patch(`${path}/targets/${target.id}`, { weight: target.weight });
  }
}

export async function show(view) {
  const path = `/links/${api.segment(view.params.ref)}`;
  let { link, pool, rules: stored, etag } = await load(view, path);
  const weights = new Map(pool.map((target) => [target.id, target.weight]));
  const draft = draftOf(link);
  const write = can('links:write') && !link.deleted_at;
  const problem = h('div', { role: 'alert' });
  const doubts = h('div', { class: 'stack tight' });
  const none = h('div');
  const save = button(t('rules.save'), { kind: 'main', run: () => store() });
  const discard = button(t('rules.discard'), { run: () => giveUp() });
  const said = h('span', { class: 'grow', role: 'status' });
  const bar = h('div', { class: 'save-bar no-print', hidden: true }, said, discard, save);

  const changedWeights = () => Object.fromEntries(pool.filter((target) => target.weight !== weights.get(target.id)).map((target) => [target.id, target.weight]));
  const dirty = () => JSON.stringify(list.rules()) !== JSON.stringify(stored.map(sent)) || pool.some((target) => target.weight !== weights.get(target.id));
  const changed = () => {
    const on = dirty();
    bar.hidden = !on;
    said.textContent = on ? t('rules.unsaved') : '';
    draft.write(on ? { etag, rules: list.rules(), weights: pool.map((target) => [target.id, target.weight]) } : null);
    replace(none, list.editors.length === 0 && h('p', { class: 'soft' }, t(pool.length > 0 ? 'rules.none' : 'rules.no_pool')));
    add.forEach((one) => { one.disabled = list.editors.length >= RULES_MAX; });
    tryOut.ask();
  };
  const list = new RuleList({ link, pool, write, changed });
  const tryOut = simulator({
    path: `${path}/simulate`, signal: view.signal, rules: () => list.rules(), weights: () => changedWeights(), told: (answer) => {
      replace(doubts, answer && list.warn(answer.warnings).map((text) => notice('', text)));
      list.decide(answer?.end === 'target' ? answer.steps.at(-1)?.rule : -1);
    },
  });

  async function store() {
    replace(problem);
    const empties = list.editors.filter((editor) => editor.missing());
    if (empties.length > 0) {
      empties[0].setError('targets', t('rules.choose_targets'));
      return;
    }
    try {
      const response = await api.call('PUT', `${path}/rules`, { body: { rules: list.rules() }, ifMatch: etag });
      stored = (await response.json()).rules;
      await storeWeights(path, pool, weights);
      pool.forEach((target) => weights.set(target.id, target.weight));
      etag = (await api.getTagged(`${path}/rules`)).etag;
      list.editors.forEach((editor, i) => { editor.rule.id = stored[i].id; });
      list.clearErrors();
      changed();
      toast(t('rules.saved'));
    } catch (error) {
      if (error.status === 412) {
        replace(problem, notice('bad', h('p', null, t('rules.changed_elsewhere')), button(t('rules.discard'), { kind: 'small', run: () => giveUp() })));
      } else if (error.status === 422) {
        const rest = list.setErrors(error);
        replace(problem, rest.length > 0 && notice('bad', rest.join(' ')));
      } else {
        replace(problem, notice('bad', problemText(error)));
      }
    }
  }

  async function giveUp() {
    try {
      const fresh = await load(view, path);
      ({ link, etag } = fresh);
      stored = fresh.rules;
      pool.splice(0, pool.length, ...fresh.pool);
      fresh.pool.forEach((target) => weights.set(target.id, target.weight));
      replace(problem);
      list.set(structuredClone(stored));
      changed();
    } catch (error) {
      fail(error);
    }
  }

  const addRule = button(t('rules.add'), { kind: 'main', icon: 'add', run: () => list.add([blank()]) });
  const template = button(t('rules.template'), { icon: 'layers' });
  const add = [addRule, template];
  const templates = menu(template, () => templatesToOffer().map(([name, make]) => ({
    text: t(`rules.t_${name}`), run: () => { list.add(make(pool)); toast(t(`rules.t_${name}_hint`)); },
  })), { place: 'start' });

  const kept = draft.read();
  const restored = write && kept && kept.etag === etag;
  if (restored) {
    kept.weights.forEach(([id, weight]) => { pool.filter((target) => target.id === id).forEach((target) => { target.weight = weight; }); });
  }
  list.set(restored ? kept.rules : structuredClone(stored));
  view.setTitle(t('rules.title_of', { name: link.title || shortName(link) }));
  append(view.el, pageHead({ title: t('rules.title'), lead: h('span', null, link.title ? `${link.title} · ` : '', shortName(link)), back: { href: linkHref(link), text: t('rules.back') } }));
  if (pool.length === 0 && stored.length === 0) {
    append(view.el, card({}, empty({ icon: 'qr', title: t('rules.no_pool_title'), text: t('rules.no_pool'), action: button(t('rules.to_pool'), { kind: 'main', href: linkHref(link) }) })));
    return undefined;
  }
  const rulesCard = card({ title: t('rules.list'), actions: write ? [templates, addRule] : [] },
    h('p', { class: 'small soft' }, t('rules.lead')), problem, doubts, none, list.element, ends(link));
  append(view.el, h('div', { class: 'rules-page' }, h('div', { class: 'stack' }, rulesCard, bar), tryOut.element));
  const keyed = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !bar.hidden) {
      event.preventDefault();
      busyWhile(save, store);
    }
  };
  const leaving = (event) => { if (!bar.hidden) { event.preventDefault(); } };
  document.addEventListener('keydown', keyed);
  window.addEventListener('beforeunload', leaving);
  changed();
  await tryOut.now();
  return () => {
    document.removeEventListener('keydown', keyed);
    window.removeEventListener('beforeunload', leaving);
  };
}
