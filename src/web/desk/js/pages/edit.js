/* SPDX-License-Identifier: MIT */
/* Changing a link. Only what was changed is sent, and not over somebody else's change. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { linkHref, shortName } from '../link.js';
import { watchAlias, watchTarget } from '../linkcheck.js';
import { difference, linkFields, toApi } from '../linkform.js';
import * as places from '../places.js';
import { go } from '../router.js';
import { button } from '../components/button.js';
import { form, submitButton } from '../components/form.js';
import { card, notice, pageHead } from '../components/page.js';
import { toast } from '../components/toast.js';
import { layout } from './create.js';

export async function show(view) {
  const path = `/links/${api.segment(view.params.ref)}`;
  const [{ data: link, etag }, domains] = await Promise.all([api.getTagged(path, null, { signal: view.signal }), places.all('/domains')]);
  const fields = await linkFields(link, { domains });
  const before = toApi(Object.fromEntries(Object.values(fields).map((field) => [field.name, field.get()])));
  const target = watchTarget(fields, { template: false });
  const submit = submitButton(t('save'), 'main');
  const conflict = h('div');
  let tag = etag;

  const box = form({
    fields: Object.values(fields), submit, draft: `edit-${link.id}-${etag}`,
    body: [conflict, layout(fields, target), h('div', { class: 'row' }, submit, button(t('cancel'), { href: linkHref(link) }))],
    onSubmit: async () => {
      await target.settle();
      const set = difference(before, toApi(box.values()));
      if (Object.keys(set).length > 0) {
        try {
          await api.patch(path, set, { ifMatch: tag });
        } catch (problem) {
          if (problem.status !== 412) {
            throw problem;
          }
          tag = (await api.getTagged(path)).etag;
          replace(conflict, notice('', t('edit.conflict')));
          conflict.scrollIntoView({ block: 'center' });
          return;
        }
        toast(t('edit.saved'));
      }
      go(`/links/${link.id}`);
    },
  });
  watchAlias(fields, link.alias);
  view.setTitle(t('edit.title', { name: shortName(link) }));
  append(view.el, pageHead({ title: t('edit.title', { name: shortName(link) }), back: { href: linkHref(link), text: shortName(link) } }),
    h('div', { class: 'create-page' }, card({}, box.element)));
}
