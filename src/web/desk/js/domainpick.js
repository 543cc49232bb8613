/* SPDX-License-Identifier: MIT */
/* Choosing the domain of a link: those on which links can be made; the others stand there with the reason why not. */
import { t } from './i18n.js';
import { selectField } from './components/field.js';

export const isOpen = (domain) => domain.state === 'open';

function why(domain) {
  const blocked = (domain.blocks || []).find((block) => block.state === 'blocked');
  return domain.state === 'off' ? t('domain.is_off') : blocked ? t('domain.is_closed_blocked', { app: t(`block_app.${blocked.app}`) }) : t('domain.is_closed');
}

/** Options of a selectField. `own`: the domain a link has already, which it may keep. */
export function domainOptions(domains, own = '') {
  const free = (domain) => isOpen(domain) || domain.host === own;
  return [...domains.filter(free).map((domain) => [domain.host, domain.host]),
    ...domains.filter((domain) => !free(domain)).map((domain) => [domain.host, `${domain.host} · ${why(domain)}`, true])];
}

/** The field, or false where there is nothing to choose and nothing to say. */
export function domainField(domains, { own = '', value = '' } = {}) {
  const initial = own || value || domains.find((domain) => domain.is_default)?.host || '';
  return domains.length > 1 && selectField({ name: 'domain', label: t('create.domain'), options: domainOptions(domains, own), value: initial });
}
