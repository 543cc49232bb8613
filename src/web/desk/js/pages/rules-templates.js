/* SPDX-License-Identifier: MIT */
/* Rules for what is wanted most often, filled in with the targets of the pool as far as they can be guessed. */
import { t } from '../i18n.js';
import { who } from '../session.js';

const IN_WECHAT = ['wechat', 'wecom'];
const WORK = ['1-5 09:00-18:00'];

function rule(name, when, targets, more = {}) {
  return { name, enabled: true, when, choose: 'first', sticky: false, targets, ...more };
}

function ids(targets) {
  return targets.map((target) => target.id);
}

/** Halves of the pool: what is answered by a page, and addresses; else the first and the rest. */
function pagesAndLinks(pool) {
  const links = pool.filter((target) => target.kind === 'url');
  const pages = pool.filter((target) => target.kind !== 'url');
  return links.length > 0 && pages.length > 0 ? [ids(pages), ids(links)] : [ids(pool.slice(0, 1)), ids(pool.slice(1))];
}

function firstAndRest(pool) {
  return [ids(pool.slice(0, 1)), ids(pool.slice(1))];
}

/** name -> rules of that pool */
const TEMPLATES = {
  hours(pool) {
    const [day, night] = firstAndRest(pool);
    return [
      rule(t('rules.t_hours_day'), [{ fact: 'schedule', is: [...WORK], holiday: '' }], day),
      rule(t('rules.t_hours_night'), [], night),
    ];
  },
  wechat(pool) {
    const [inside, outside] = pagesAndLinks(pool);
    return [
      rule(t('rules.t_wechat_in'), [{ fact: 'app', is: [...IN_WECHAT] }], inside),
      rule(t('rules.t_wechat_out'), [], outside),
    ];
  },
  places(pool) {
    const [here, elsewhere] = firstAndRest(pool);
    return [
      rule(t('rules.t_places_here'), [{ fact: 'region', is: ['广东', '广西', '海南'] }], here),
      rule(t('rules.t_places_elsewhere'), [], elsewhere),
    ];
  },
  full(pool) {
    const groups = pool.filter((target) => target.kind === 'qr');
    return [rule(t('rules.t_full_name'), [], groups.length < pool.length ? ids(groups) : [], { choose: 'sequential' })];
  },
  staff(pool) {
    const staff = pool.filter((target) => target.kind === 'staff');
    return [rule(t('rules.t_staff_name'), [], staff.length < pool.length ? ids(staff) : [], { choose: 'round_robin', sticky: true })];
  },
};

/** [[name, make(pool) -> rules]]: those that can come true here. */
export function templatesToOffer() {
  return Object.entries(TEMPLATES).filter(([name]) => name !== 'places' || who().install.places);
}
