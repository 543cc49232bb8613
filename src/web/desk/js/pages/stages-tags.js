/* SPDX-License-Identifier: MIT */
/* Who clicked this or did that is tagged so, from now on. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { form, submitButton } from '../components/form.js';
import { card, empty, failed } from '../components/page.js';
import { fail, toast } from '../components/toast.js';
import { aboutFields, aboutWords, loadAbouts, named } from './stages-rules.js';

const KINDS = ['channel', 'campaign', 'link', 'link_tag', 'type'];

function addRule(changed) {
  const { about, which } = aboutFields(KINDS);
  const tag = combobox({ name: 'tag', label: t('tagrule.tag'), hint: t('tagrule.tag_hint'), source: places.tag });
  const box = dialog({
    title: t('tagrule.add'), body: form({
      fields: [about, which, tag], submit: submitButton(),
      onSubmit: async (values) => {
        try {
          await api.post('/tag-rules', { tag: values.tag, [values.about]: values.which || null });
        } catch (error) {
          throw named(error, KINDS);
        }
        box.close();
        toast(t('tagrule.added'));
        changed();
      },
    }).element,
  });
}

async function remove(rule, changed) {
  if (await confirm({ title: t('tagrule.delete_title'), text: t('tagrule.delete_text', { tag: rule.tag }), action: t('rule.delete'), bad: true })) {
    await api.del(`/tag-rules/${rule.id}`);
    toast(t('rule.deleted'));
    changed();
  }
}

function row(rule, write, changed) {
  return h('li', { class: 'rule-line', dataset: { id: rule.id } }, h('p', null, rule.type ? t('tagrule.did') : t('tagrule.clicked'), ' ', aboutWords(rule, KINDS), ' → ', h('span', { class: 'tag' }, rule.tag)),
    write && button(t('tagrule.delete_of', { tag: rule.tag }), { kind: 'plain small', icon: 'trash', iconOnly: true, run: () => remove(rule, changed).catch(fail) }));
}

/** {element, load()} */
export function tagRules(signal) {
  const element = h('div');
  const write = can('customers:write');
  const load = async () => {
    try {
      const { items } = await api.get('/tag-rules', null, { signal });
      await loadAbouts(items);
      const add = () => button(t('tagrule.add'), { kind: items.length > 0 ? '' : 'main', icon: 'add', run: () => addRule(load) });
      replace(element, card({ title: t('tagrule.title'), cls: 'tag-rules', actions: write && items.length > 0 ? [add()] : [] }, items.length > 0
        ? h('ul', { class: 'rule-lines' }, items.map((rule) => row(rule, write, load)))
        : empty({ icon: 'tag', title: t('tagrule.none'), text: t('tagrule.none_text'), action: write && add() })));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(element, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  };
  return { element, load };
}
