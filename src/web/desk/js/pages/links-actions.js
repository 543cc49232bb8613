/* SPDX-License-Identifier: MIT */
/* What can be done to one link from wherever it is shown. */
import * as api from '../api.js';
import { t } from '../i18n.js';
import { shortName } from '../link.js';
import { fail, toast } from '../components/toast.js';

function path(link) {
  return `/links/${api.segment(link.id)}`;
}

/** The link as it is afterwards. */
export async function patchLink(link, set, said) {
  const after = await api.patch(path(link), set);
  toast(said);
  return after;
}

export async function restore(link) {
  const after = await api.post(`${path(link)}/restore`);
  toast(t('links.restored', { name: shortName(link) }));
  return after;
}

/** Nothing is asked first, because it can be undone: changed(null), and changed(link) when it was. */
export async function moveToBin(link, changed) {
  try {
    await api.del(path(link));
    changed(null);
    toast(t('links.binned', { name: shortName(link) }), { action: t('undo'), run: () => restore(link).then(changed, fail) });
  } catch (error) {
    fail(error);
  }
}
