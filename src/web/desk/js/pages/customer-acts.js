/* SPDX-License-Identifier: MIT */
/* What can be done to a customer: changed, made one with another, forgotten. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { go } from '../router.js';
import { customerName } from '../deals.js';
import { combobox } from '../components/combobox.js';
import { confirm, dialog } from '../components/dialog.js';
import { textArea, textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { fail, toast } from '../components/toast.js';

function path(customer) {
  return `/customers/${api.segment(customer.id)}`;
}

export function editCustomer(customer, changed) {
  const box = dialog({
    title: t('customers.edit_title'), body: form({
      fields: [
        textField({ name: 'name', label: t('customers.name'), optional: true, value: customer.name, attrs: { maxlength: 128 } }),
        combobox({ name: 'owner', label: t('customers.owner'), optional: true, source: places.owner, value: customer.owner || '' }),
        combobox({ name: 'tags', label: t('customers.tags'), hint: t('customers.tags_hint'), optional: true, multiple: true, source: places.tag, value: customer.tags }),
        textArea({ name: 'notes', label: t('customers.notes'), optional: true, value: customer.notes }),
      ],
      submit: submitButton(t('save')),
      onSubmit: async (values) => {
        await api.patch(path(customer), { name: values.name || null, owner: values.owner || null, notes: values.notes || null, tags: values.tags }, { ifMatch: customer.etag });
        box.close();
        toast(t('customers.saved'));
        changed();
      },
    }).element,
  });
}

async function others(customer, text) {
  const page = await api.get('/customers', { q: text, limit: 20 });
  return page.items.filter((one) => one.id !== customer.id).map((one) => ({ value: one.id, label: customerName(one), hint: one.name ? one.id : '' }));
}

export function mergeCustomer(customer) {
  const other = combobox({ name: 'with', label: t('customers.merge_with'), hint: t('customers.merge_hint'), allowNew: false, source: (text) => others(customer, text) });
  const box = dialog({
    title: t('customers.merge_title', { name: customerName(customer) }), body: [h('p', null, t('customers.merge_text')), form({
      fields: [other], submit: submitButton(t('customers.merge'), 'bad'),
      onSubmit: async (values) => {
        if (!values.with) {
          other.setError(t('customers.merge_choose'));
          other.control.focus();
          return;
        }
        const one = await api.post(`${path(customer)}/merge`, { with: values.with });
        box.close();
        toast(t('customers.merged'));
        go(`/customers/${one.id}`);
      },
    }).element],
  });
}

export async function forgetCustomer(customer, changed) {
  const sure = await confirm({ title: t('customers.forget_title', { name: customerName(customer) }), text: t('customers.forget_text'), action: t('customers.forget'), bad: true });
  if (!sure) {
    return;
  }
  try {
    await api.post(`${path(customer)}/forget`);
    toast(t('customers.forgotten'));
    changed();
  } catch (error) {
    fail(error);
  }
}
