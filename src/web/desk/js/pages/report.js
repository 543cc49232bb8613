/* SPDX-License-Identifier: MIT */
/*
 * The overview; and, as the filters of its address say, the report on one campaign, channel, tag, owner or domain, which
 * then gives the page its name.
 */
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { dimName, loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { pageHead } from '../components/page.js';
import { reportView } from './report-view.js';

const SCOPES = ['campaign', 'channel', 'channel_group', 'tag', 'owner', 'domain', 'link'];
const LISTED = ['campaign', 'channel', 'tag', 'owner', 'domain', 'link']; // what the list of links can be filtered by, or is one

/** What the report is about, when its filters name one thing. */
function subject(state) {
  const filters = state.filters.filter((one) => SCOPES.includes(one.dim) && !one.not && one.values.length === 1);
  return filters.length === 1 && state.filters.length === 1 ? filters[0] : null;
}

function theirLinks({ dim, values }) {
  return button(t('report.links'), { icon: 'link', href: dim === 'link' ? href(`/links/${values[0]}`) : href('/links', { [dim]: values[0] }) });
}

export async function show(view) {
  const head = h('div');
  const drawHead = (state) => {
    const about = subject(state);
    const draw = () => {
      const title = about ? valueName(about.dim, about.values[0]) : t('report.title');
      view.setTitle(title);
      replace(head, pageHead({ title, lead: about ? dimName(about.dim) : t('report.lead'), actions: about && LISTED.includes(about.dim) && can('links:read') ? [theirLinks(about)] : [] }));
    };
    draw();
    if (about) {
      loadNames(about.dim, about.values).then(() => !view.signal.aborted && draw());
    }
  };
  const report = reportView(view, { onState: drawHead });
  drawHead(report.state());
  append(view.el, head, report.element);
  return report.close;
}
